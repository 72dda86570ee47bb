/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control.h"

#include <goaway/confine.h>
#include <goaway/nearest.h>
#include <goaway/options.h>
#include <goaway/standard.h>
#include <goaway/tell.h>

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONFIG_PATH GOAWAY_CONF

enum { EXIT_USAGE = 2 };

static const char usage[] =
	"Usage: goawayd [OPTION]...\n"
	"Hear servers that say \"go away\" and stop who does not listen.\n"
	"\n"
	"  -c, --config FILE   settings (default " CONFIG_PATH ", which need not exist)\n"
	"  -f, --foreground    stay, and write to standard error instead of syslog\n"
	"      --check-config  read the settings, say what is wrong with them, and exit\n"
	"      --remove        take table inet goaway and all its drops away, and exit\n"
	"      --version       print the version and exit\n"
	"  -h, --help          print this and exit\n"
	"\n"
	"See goawayd(8), goaway.conf(5), and goaway(1) to look at what it does.\n";

enum mode { MODE_RUN, MODE_CHECK, MODE_REMOVE, MODE_VERSION, MODE_HELP };

struct options {
	const char *config;
	bool foreground;
	enum mode mode;
};

static int parse(int argc, char **argv, struct options *ret)
{
	static const struct option longs[] = {
		{"config", required_argument, NULL, 'c'},
		{"foreground", no_argument, NULL, 'f'},
		{"check-config", no_argument, NULL, MODE_CHECK},
		{"remove", no_argument, NULL, MODE_REMOVE},
		{"version", no_argument, NULL, MODE_VERSION},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	char error[GA_OPTIONS_ERROR_MAX];
	int c;

	while ((c = ga_options_next(longs, argc, argv, error)) != -1) {
		switch (c) {
		case 'c':
			ret->config = optarg;
			break;
		case 'f':
			ret->foreground = true;
			break;
		case 'h':
			ret->mode = MODE_HELP;
			break;
		case '?':
			fprintf(stderr, "goawayd: %s%s 'goawayd --help' has those there are\n",
				error, ga_nearest_joint(error));
			return -EINVAL;
		default:
			ret->mode = (enum mode)c;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "goawayd: '%s' is no option; see goawayd --help\n", argv[optind]);
		return -EINVAL;
	}
	return 0;
}

static void complain(void *context, const char *line)
{
	(void)context;
	fprintf(stderr, "%s\n", line);
}

static int check(const char *path, bool named)
{
	struct ga_config config;

	if (ga_config_read(path, named, complain, NULL, &config))
		return EXIT_FAILURE;
	printf("%s: good\n", path);
	return EXIT_SUCCESS;
}

/* What the kernel has to sweep up first takes it some tens of milliseconds. */
enum { REMOVE_TRIES = 40, REMOVE_EVERY_US = 50000 };

static int remove_table(void)
{
	struct ga_table *table;
	struct ga_capture *lock;
	int error = ga_agent_lock(&lock);

	if (error == -EBUSY)
		fputs("goawayd: a daemon runs here and would put its table back; stop that first (or this "
		      "is not root)\n", stderr);
	if (error)
		return EXIT_FAILURE;
	error = ga_table_open(&table);
	if (error) {
		fprintf(stderr, "goawayd: cannot reach nf_tables: %s\n", strerror(-error));
		return EXIT_FAILURE;
	}
	error = ga_table_remove(table);
	for (int i = 0; error == -EAGAIN && i < REMOVE_TRIES; i++) {
		usleep(REMOVE_EVERY_US);
		error = ga_table_remove(table);
		if (error == -ENOENT) /* the first try took it away */
			error = 0;
	}
	if (error == -ENOENT)
		printf("there is no table inet %s\n", GA_TABLE_NAME);
	else if (error)
		fprintf(stderr, "goawayd: %s\n", ga_table_error(table));
	ga_table_close(table);
	ga_capture_close(lock);
	return error && error != -ENOENT ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* What root could read and this user cannot is better known now than when something is changed. */
static void try_to_read_again(const struct ga_agent *agent)
{
	struct ga_config config;

	if (ga_config_read(agent->config_path, agent->config_named, ga_agent_complain, NULL, &config))
		ga_tell(GA_LEVEL_WARNING, "is user " GA_CONFINE_USER " now, who cannot read this: "
					  "a reload will be refused");
}

/* From here on no more than it needs; with what cannot be given up, it does not run. */
static bool confine(struct ga_agent *agent)
{
	struct ga_confine_user user;
	bool becomes = ga_confine_user(&user);

	if (becomes)
		ga_desk_hand_over(agent->desk, user.uid, user.gid);
	int confined = ga_confine_warden(becomes ? &user : NULL);

	if (confined < 0) {
		ga_tell(GA_LEVEL_ERROR, becomes ? "cannot become user " GA_CONFINE_USER ", and will not run as root: %s"
						: "cannot give up privileges: %s",
			strerror(-confined));
		return false;
	}
	agent->confined = (unsigned)confined;
	if (becomes)
		try_to_read_again(agent);
	if (!(agent->confined & GA_CONFINED_USER))
		ga_tell(GA_LEVEL_WARNING, "runs on as root, for it cannot become user " GA_CONFINE_USER
					  ": there is none (in this user namespace), or CAP_SETUID or libcap-ng is missing");
	return true;
}

/* Large blocks, a transaction's or a client's, go back when they are freed; glibc keeps them once it
 * has seen a few. */
static void keep_small(void)
{
#ifdef M_MMAP_THRESHOLD
	(void)mallopt(M_MMAP_THRESHOLD, 64 * 1024);
#endif
}

static int run(struct ga_agent *agent, bool foreground)
{
	int result = EXIT_FAILURE, error;

	keep_small();
	ga_standard_files_keep(O_RDWR);
	/* Who read our lines may be gone. */
	signal(SIGPIPE, SIG_IGN);
	/* Faults at start go to standard error even where the rest goes to syslog. */
	ga_tell_open(true);
	error = ga_notify_open(&agent->notifying.notify);
	if (error) {
		ga_tell(GA_LEVEL_ERROR, "cannot speak to who started us: %s", strerror(-error));
		return EXIT_FAILURE;
	}
	agent->now = ga_loop_now();
	agent->started_ns = agent->now.boot_ns;
	agent->started_s = agent->now.wall_s;
	if (ga_agent_start(agent))
		goto done;
	if (!foreground) {
		ga_tell_open(false);
		/* Without a change to "/": a configuration named from here is read again from here. */
		if (daemon(1, 0) < 0) {
			ga_tell(GA_LEVEL_ERROR, "cannot go into the background: %s",
				strerror(errno));
			goto done;
		}
	}
	if (confine(agent) && !ga_loop_run(agent))
		result = EXIT_SUCCESS;
	ga_agent_tell_counters(agent);
done:
	ga_agent_stop(agent);
	ga_notify_close(agent->notifying.notify);
	return result;
}

int main(int argc, char **argv)
{
	static struct ga_agent agent;
	static struct ga_desk desk;
	struct options options = {0};

	if (argc == 2 && strcmp(argv[1], GA_JUDGE_ARGUMENT) == 0)
		ga_judge_run();
	if (parse(argc, argv, &options))
		return EXIT_USAGE;
	agent.config_path = options.config ? options.config : CONFIG_PATH;
	agent.config_named = options.config != NULL;
	agent.desk = &desk;
	switch (options.mode) {
	case MODE_HELP:
		fputs(usage, stdout);
		return EXIT_SUCCESS;
	case MODE_VERSION:
		puts("goawayd " GOAWAY_VERSION);
		return EXIT_SUCCESS;
	case MODE_CHECK:
		return check(agent.config_path, agent.config_named);
	case MODE_REMOVE:
		return remove_table();
	case MODE_RUN:
		return run(&agent, options.foreground);
	}
	return EXIT_USAGE;
}
