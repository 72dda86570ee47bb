/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * On a terminal each picture is written in one go over the last one, line by line, each cut at the
 * right edge and cleared behind: nothing is ever blank, so nothing flickers. What stood on the
 * screen before is scrolled up, not lost, and the last picture stays.
 */
#include "watch.h"

#include <goaway/text.h>

#include <errno.h>
#include <ev.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define HIDE_CURSOR "\033[?25l"
#define SHOW_CURSOR "\033[?25h"
#define HOME "\033[H"
#define CLEAR_LINE "\033[K"
#define CLEAR_BELOW "\033[J"
/* Terminals that know it show nothing in between. */
#define HOLD "\033[?2026h"
#define RELEASE "\033[?2026l"

struct screen {
	const struct ga_watch *watch;
	bool in_place;
	bool begun;
	size_t pictures;
	enum ga_exit status;
	struct ev_loop *loop;
	ev_timer timer;
	ev_signal end[2], stop, go_on, resized;
};

static void size_of_screen(size_t *ret_lines, size_t *ret_columns)
{
	struct winsize size = {0};

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_row < 2 || size.ws_col == 0) {
		size.ws_row = 24;
		size.ws_col = 80;
	}
	*ret_lines = size.ws_row - 1; /* the cursor has a line of its own */
	*ret_columns = size.ws_col;
}

/* One line, cut. Colours are kept, what is cut off included: they end what was begun. */
static const char *put_line(FILE *file, const char *text, size_t columns)
{
	while (*text && *text != '\n') {
		size_t len = ga_utf8_len(text);

		if (*text == '\033') {
			len = strcspn(text, "m");
			len += text[len] != '\0';
			fwrite(text, 1, len, file);
		} else if (columns > 0) {
			fwrite(text, 1, len, file);
			columns--;
		}
		text += len ? len : 1;
	}
	fputs(CLEAR_LINE "\n", file);
	return *text ? text + 1 : text;
}

static void put_picture(struct screen *screen, const char *text, size_t lines, size_t columns)
{
	if (!screen->begun) {
		fputs(HIDE_CURSOR, stdout);
		for (size_t i = 0; i <= lines; i++)
			putchar('\n');
		screen->begun = true;
	}
	fputs(HOLD HOME, stdout);
	for (size_t i = 0; *text && i < lines; i++)
		text = put_line(stdout, text, columns);
	fputs(CLEAR_BELOW RELEASE, stdout);
}

static void leave(struct screen *screen)
{
	if (screen->begun)
		fputs(SHOW_CURSOR, stdout);
	fflush(stdout);
	screen->begun = false;
}

static void finish(struct screen *screen, enum ga_exit status)
{
	screen->status = status;
	ev_break(screen->loop, EVBREAK_ALL);
}

static void draw_in_place(struct screen *screen)
{
	size_t lines, columns, len = 0;
	char *text = NULL;
	FILE *memory = open_memstream(&text, &len);
	enum ga_exit status;

	if (!memory) {
		finish(screen, ga_failed(NULL, -errno, "draw it"));
		return;
	}
	size_of_screen(&lines, &columns);
	status = screen->watch->draw(screen->watch->context, memory, lines);
	fclose(memory);
	if (status == GA_EXIT_OK)
		put_picture(screen, text, lines, columns);
	else
		finish(screen, status);
	free(text);
}

static void draw(struct screen *screen)
{
	enum ga_exit status;

	if (screen->in_place) {
		draw_in_place(screen);
	} else {
		status = screen->watch->draw(screen->watch->context, stdout, SIZE_MAX);
		if (status != GA_EXIT_OK)
			finish(screen, status);
	}
	if (fflush(stdout) != 0)
		finish(screen, screen->status); /* main() tells why */
}

static void on_time(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	draw(timer->data);
}

static void on_end(struct ev_loop *loop, ev_signal *signal, int events)
{
	(void)loop;
	(void)events;
	finish(signal->data, GA_EXIT_OK);
}

static void on_stop(struct ev_loop *loop, ev_signal *signal, int events)
{
	(void)loop;
	(void)events;
	leave(signal->data);
	raise(SIGSTOP);
}

static void on_change(struct ev_loop *loop, ev_signal *signal, int events)
{
	(void)loop;
	(void)events;
	draw(signal->data);
}

static void hear(struct screen *screen, ev_signal *signal, int number,
		 void (*heard)(struct ev_loop *, ev_signal *, int))
{
	ev_signal_init(signal, heard, number);
	signal->data = screen;
	ev_signal_start(screen->loop, signal);
}

enum ga_exit ga_watch_run(const struct ga_watch *watch)
{
	struct screen screen = {
	    .watch = watch,
	    .in_place = watch->in_place && isatty(STDOUT_FILENO),
	    .loop = ev_default_loop(EVFLAG_AUTO),
	};

	if (!screen.loop)
		return ga_failed(NULL, -ENOMEM, "watch");
	hear(&screen, &screen.end[0], SIGINT, on_end);
	hear(&screen, &screen.end[1], SIGTERM, on_end);
	if (screen.in_place) {
		hear(&screen, &screen.stop, SIGTSTP, on_stop);
		hear(&screen, &screen.go_on, SIGCONT, on_change);
		hear(&screen, &screen.resized, SIGWINCH, on_change);
	}
	ev_timer_init(&screen.timer, on_time, 0, watch->every_s);
	screen.timer.data = &screen;
	ev_timer_start(screen.loop, &screen.timer);
	ev_run(screen.loop, 0);
	leave(&screen);
	return screen.status;
}
