/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel can do: tried, or where that may not be, read from how it was built. */
#include "doctor.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define STATUS_PATH "/proc/self/status"

/* linux/capability.h */
enum { CAP_NET_ADMIN_BIT = 12, CAP_NET_RAW_BIT = 13 };

void ga_check_permissions(struct ga_doctor *doctor)
{
	static const struct {
		unsigned bit;
		const char *name;
	} needed[] = {{CAP_NET_ADMIN_BIT, "CAP_NET_ADMIN"}, {CAP_NET_RAW_BIT, "CAP_NET_RAW"}};
	uint64_t effective;
	int error = ga_machine_field(STATUS_PATH, "CapEff:", 16, &effective);
	bool all = true;

	if (error) {
		ga_unseen(doctor, error, STATUS_PATH);
		return;
	}
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (effective >> needed[i].bit & 1)
			continue;
		all = false;
		if (geteuid() != 0) {
			ga_unseen(doctor, -EPERM, needed[i].name);
			continue;
		}
		ga_found(doctor, GA_STATE_BAD, "root has no %s here, which goawayd needs",
			 needed[i].name);
		ga_remedy(doctor, "give it to this container or jail, as with --cap-add %s",
			  needed[i].name + strlen("CAP_"));
	}
	if (all)
		ga_found(doctor, GA_STATE_GOOD, "CAP_NET_ADMIN, CAP_NET_RAW");
}

static bool is_before(const struct ga_release *release, unsigned major, unsigned minor)
{
	return release->major < major || (release->major == major && release->minor < minor);
}

void ga_check_kernel(struct ga_doctor *doctor)
{
	struct ga_release release;
	int error = ga_machine_release(&release);

	if (error) {
		ga_unseen(doctor, error, "the kernel's version");
		return;
	}
	if (is_before(&release, 5, 10)) {
		ga_found(doctor, GA_STATE_BAD, "Linux %s is too old", release.text);
		ga_remedy(doctor, "upgrade to Linux 5.10 or later");
	} else if (is_before(&release, 5, 12)) {
		/* An element has one statement: the limit. */
		ga_found(doctor, GA_STATE_NOTE,
			 "Linux %s: before 5.12, what policing throws away is counted in all only",
			 release.text);
	} else {
		ga_found(doctor, GA_STATE_GOOD, "Linux %s", release.text);
	}
}

/* ---- features ---- */

static void remedy_openwrt(struct ga_doctor *doctor, const struct ga_feature_facts *facts)
{
	/* apk since 25.12 */
	ga_remedy(doctor, "%s %s",
		  access("/usr/bin/apk", X_OK) == 0 || access("/sbin/apk", X_OK) == 0
		      ? "apk add"
		      : "opkg update && opkg install",
		  facts->openwrt);
}

static void remedy_module(struct ga_doctor *doctor, const char *module)
{
	struct ga_release release = {.text = "running"};

	(void)ga_machine_release(&release);
	switch (ga_machine_module(module)) {
	case GA_MODULE_THERE:
		ga_remedy(doctor, "modprobe %s; in a container, on its host", module);
		break;
	case GA_MODULE_NONE:
		ga_remedy(doctor, "install module %s for kernel %s", module, release.text);
		break;
	case GA_MODULES_GONE:
		ga_remedy(doctor,
			  "there are no modules of kernel %s here: after an upgrade, reboot; in a "
			  "container, modprobe %s on its host",
			  release.text, module);
		break;
	}
}

static void remedy_feature(struct ga_doctor *doctor, const struct ga_feature_facts *facts)
{
	enum ga_built built = ga_machine_built(facts->option);

	if (doctor->system == GA_SYSTEM_OPENWRT) {
		remedy_openwrt(doctor, facts);
		return;
	}
	if (built == GA_BUILT_OUT || !facts->module) {
		ga_remedy(doctor, "boot a kernel with %s", facts->option);
		if (doctor->system == GA_SYSTEM_DEBIAN)
			ga_remedy(doctor,
				  ", as Debian's are: "
				  "apt-get install linux-image-$(dpkg --print-architecture)");
		return;
	}
	remedy_module(doctor, facts->module);
	ga_remedy(doctor, " (%s)", facts->option);
}

/* Where it may not be tried. */
static int read_feature(const struct ga_feature_facts *facts)
{
	switch (ga_machine_built(facts->option)) {
	case GA_BUILT_IN:
		return 0;
	case GA_BUILT_MODULE:
		return !facts->module || ga_machine_module(facts->module) == GA_MODULE_THERE
			   ? 0
			   : -ENOENT;
	case GA_BUILT_OUT:
		return -ENOENT;
	case GA_BUILT_UNKNOWN:
		break;
	}
	return -EPERM;
}

/* 0: it is there; -EPERM: nobody knows; else -errno. */
static int look_for(const struct ga_doctor *doctor, enum ga_feature feature)
{
	int error = doctor->table ? ga_table_try(doctor->table, &doctor->table_config, feature)
				  : doctor->table_error;

	return error == -EPERM || error == -EACCES ? read_feature(ga_feature_facts(feature))
						   : error;
}

bool ga_feature_there(struct ga_doctor *doctor, enum ga_feature feature, enum ga_state state)
{
	const struct ga_feature_facts *facts = ga_feature_facts(feature);
	int error = look_for(doctor, feature);

	if (error == 0)
		return true;
	if (error == -EPERM) {
		ga_unseen(doctor, error, facts->what);
		return false;
	}
	ga_found(doctor, state, "the kernel lacks %s", facts->what);
	remedy_feature(doctor, facts);
	return false;
}

static const char *tried_or_read(const struct ga_doctor *doctor)
{
	return doctor->table ? "" : " (read, not tried)";
}

void ga_check_nf_tables(struct ga_doctor *doctor)
{
	static const enum ga_feature needed[] = {
	    GA_FEATURE_TABLES, GA_FEATURE_SETS, GA_FEATURE_INTERVALS, GA_FEATURE_DYNSET,
	    GA_FEATURE_LIMIT,  GA_FEATURE_CT,	GA_FEATURE_FIB,	      GA_FEATURE_COUNTERS,
	};
	bool all = true;

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		all = ga_feature_there(doctor, needed[i], GA_STATE_BAD) && all;
		if (!all && needed[i] == GA_FEATURE_TABLES)
			return; /* none of the others can be there */
	}
	if (all)
		ga_found(doctor, GA_STATE_GOOD, "tables, sets, limits, ct, fib, counters%s",
			 tried_or_read(doctor));
}

/* The target of xtables does as well. */
void ga_check_queue(struct ga_doctor *doctor)
{
	bool queues = ga_feature_there(doctor, GA_FEATURE_QUEUES, GA_STATE_BAD);
	bool target = look_for(doctor, GA_FEATURE_QUEUE) != 0 &&
		      look_for(doctor, GA_FEATURE_QUEUE_TARGET) == 0;

	if ((target || ga_feature_there(doctor, GA_FEATURE_QUEUE, GA_STATE_BAD)) && queues)
		ga_found(
		    doctor, GA_STATE_GOOD, "nfnetlink_queue, %s%s",
		    ga_feature_facts(target ? GA_FEATURE_QUEUE_TARGET : GA_FEATURE_QUEUE)->what,
		    tried_or_read(doctor));
}
