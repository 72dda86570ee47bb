/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * goaway doctor: tests this machine, and says for each thing what it found and
 * what to do. It changes nothing, and needs neither a daemon nor a table.
 */
#include "doctor.h"
#include "goaway.h"

#include <goaway/uplinks.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	void (*run)(struct ga_doctor *doctor);
} checks[] = {
    {"permissions", ga_check_permissions},
    {"kernel", ga_check_kernel},
    {"nf_tables", ga_check_nf_tables},
    {"queue", ga_check_queue},
    {"conntrack", ga_check_conntrack},
    {"uplinks", ga_check_uplinks},
    {"forwarding", ga_check_forwarding},
    {"rp_filter", ga_check_rp_filter},
    {"flow-offload", ga_check_offload},
    {"bridges", ga_check_bridges},
    {"rules", ga_check_rules},
    {"iptables", ga_check_iptables},
    {"configuration", ga_check_config},
    {"daemon", ga_check_daemon},
    {"control-socket", ga_check_control},
    {"table", ga_check_table},
    {"clock", ga_check_clock},
    {"memory", ga_check_memory},
};
enum { CHECKS = sizeof(checks) / sizeof(checks[0]) };

/* ID and ID_LIKE of os-release(5). */
static enum ga_system find_system(void)
{
	FILE *file = fopen("/etc/os-release", "re");
	enum ga_system system = GA_SYSTEM_OTHER;
	char line[256];

	while (file && fgets(line, sizeof(line), file)) {
		if (strncmp(line, "ID=", 3) != 0 && strncmp(line, "ID_LIKE=", 8) != 0)
			continue;
		if (strstr(line, "openwrt"))
			system = GA_SYSTEM_OPENWRT;
		else if (system == GA_SYSTEM_OTHER && strstr(line, "debian"))
			system = GA_SYSTEM_DEBIAN;
	}
	if (file)
		fclose(file);
	return system;
}

static void ignore(void *context, const char *line)
{
	(void)context;
	(void)line;
}

static void find_uplinks(struct ga_doctor *doctor)
{
	struct ga_uplinks *uplinks = NULL;
	int count = ga_uplinks_open(&uplinks);

	if (count == 0)
		count = ga_uplinks_find(uplinks, doctor->uplinks);
	ga_uplinks_close(uplinks);
	doctor->uplink_error = count < 0 ? count : 0;
	doctor->uplink_count = count < 0 ? 0 : (size_t)count;
	for (size_t i = 0; i < doctor->config.uplink_count; i++) {
		const char *name = doctor->config.uplinks[i];
		size_t j = 0;

		while (j < doctor->uplink_count && strcmp(doctor->uplinks[j], name) != 0)
			j++;
		if (j == doctor->uplink_count)
			memcpy(doctor->uplinks[doctor->uplink_count++], name, GA_IFNAME_MAX);
	}
}

static void find_forwarding(struct ga_doctor *doctor)
{
	doctor->forwards_error =
	    ga_machine_number("/proc/sys/net/ipv4/ip_forward", &doctor->forwards4);
	/* A kernel may be without IPv6. */
	(void)ga_machine_number("/proc/sys/net/ipv6/conf/all/forwarding", &doctor->forwards6);
}

static void prepare(struct ga_doctor *doctor)
{
	doctor->config = ga_config_default();
	(void)ga_config_read(doctor->config_path, doctor->config_named, ignore, NULL,
			     &doctor->config);
	doctor->table_error = ga_table_open(&doctor->table);
	doctor->system = find_system();
	doctor->settings = doctor->system == GA_SYSTEM_OPENWRT && !doctor->config_named
			       ? "/etc/config/goaway"
			       : doctor->config_path;
	find_uplinks(doctor);
	find_forwarding(doctor);
	doctor->table_config = ga_config_table(&doctor->config);
	/* As goawayd has it: where nothing leads outside, nothing is called forged. */
	doctor->table_config.ingress_filter &= doctor->uplink_count > 0;
}

static enum ga_exit verdict(const struct ga_doctor *doctor)
{
	for (size_t i = 0; i < doctor->count; i++)
		if (doctor->findings[i].state == GA_STATE_BAD)
			return GA_EXIT_REFUSED;
	return doctor->not_permitted ? GA_EXIT_PERMISSION : GA_EXIT_OK;
}

static enum ga_exit examine(struct ga_doctor *doctor, bool json)
{
	enum ga_exit status;
	int error = 0;

	doctor->findings = calloc((size_t)CHECKS * GA_FINDINGS_OF_CHECK, sizeof(*doctor->findings));
	if (!doctor->findings)
		return ga_failed(NULL, -ENOMEM, "examine this machine");
	prepare(doctor);
	for (size_t i = 0; i < CHECKS; i++) {
		doctor->check = checks[i].name;
		doctor->first = doctor->count;
		doctor->left_out = 0;
		checks[i].run(doctor);
	}
	if (json)
		error = ga_findings_json(doctor->findings, doctor->count, stdout);
	else
		ga_findings_print(doctor->findings, doctor->count, stdout);
	status = error ? ga_failed(NULL, error, "print the findings") : verdict(doctor);
	ga_table_close(doctor->table);
	free(doctor->findings);
	return status;
}

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"json", no_argument, NULL, 'J'},
    {0},
};

static enum ga_exit run(int argc, char **argv)
{
	struct ga_doctor doctor = {.config_path = GOAWAY_CONF};
	bool json = false;
	int option;

	while ((option = ga_option(&ga_command_doctor, argc, argv)) != -1) {
		switch (option) {
		case 'c':
			doctor.config_path = optarg;
			doctor.config_named = true;
			break;
		case 'J':
			json = true;
			break;
		default:
			return GA_EXIT_USAGE;
		}
	}
	if (optind < argc)
		return ga_misused(&ga_command_doctor, "'%s' is too much", argv[optind]);
	return examine(&doctor, json);
}

const struct ga_command ga_command_doctor = {
    .name = "doctor",
    .summary = "test this machine, and say what to do",
    .usage = "Usage: goaway doctor [OPTIONS]\n"
	     "\n"
	     "Test this machine: kernel, network, the rules of others, goawayd itself. Say for\n"
	     "each thing what was found, and what to do. Nothing is changed. Exit status: 0 all\n"
	     "is good, or nearly (warnings); 1 something must be done; 4 nothing bad was\n"
	     "found, but not all could be looked at.\n"
	     "\n"
	     "  -c, --config FILE  the settings of goawayd (default " GOAWAY_CONF ")\n"
	     "  -J, --json         JSON\n",
    .options = options,
    .run = run,
};
