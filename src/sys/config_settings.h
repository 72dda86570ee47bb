/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The settings of goaway.conf: what each is called, takes and means, whoever
 * read the text of it.
 */
#ifndef GOAWAY_SYS_CONFIG_SETTINGS_H
#define GOAWAY_SYS_CONFIG_SETTINGS_H

#include <goaway/config.h>

/* Where faults go. */
struct ga_complaints {
	const char *path;
	void (*complain)(void *context, const char *line);
	void *context;
	unsigned count;
};

/* Tell a fault. line 0: of the whole file; setting NULL: of none. */
__attribute__((format(printf, 4, 5))) void ga_complain(struct ga_complaints *complaints, int line,
						       const char *setting, const char *format,
						       ...);

/* The file `complaints->path`, of 1 MiB at most. octets, with a NUL behind, are the caller's to free;
 * NULL where the file does not exist and need not. 0, or -errno, which was told. */
struct ga_config_text {
	char *octets;
	size_t len;
};
int ga_config_slurp(struct ga_complaints *complaints, bool must_exist, struct ga_config_text *ret);

/* Read a prefix; add one to a list. False: a fault, which was told. */
bool ga_config_prefix(struct ga_complaints *complaints, int line, const char *setting,
		      const char *value, struct ga_prefix *ret);
bool ga_config_add_prefix(struct ga_complaints *complaints, int line, const char *setting,
			  const struct ga_prefix *prefix, struct ga_prefix_list *list);

/* One value, as it stands in the file. */
struct ga_config_value {
	int line;
	char text[];
};

enum { GA_SETTING_COUNT = 29 };
const char *ga_setting_name(size_t setting);

/* The values given for one setting; count 0: it is not in the file. */
struct ga_setting_values {
	const struct ga_config_value *(*value)(void *context, size_t index);
	void *context;
	size_t count;
};

/* Judge the values of all settings, alone and together: store what is right, tell what is not. */
void ga_settings_judge(struct ga_complaints *complaints,
		       const struct ga_setting_values values[GA_SETTING_COUNT],
		       struct ga_config *config);

#endif
