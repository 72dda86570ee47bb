/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GOAWAY_EXPORTER_COMMAND_H
#define GOAWAY_EXPORTER_COMMAND_H

#include "goaway.h"

#include <goaway/control.h>

#define GA_EXPORTER_PORT "19247"

/* In goaway: become the program goaway-exporter. There: run it. */
enum ga_exit ga_exporter_run(int argc, char **argv);

#endif
