/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exporter.h"

#include <goaway/text.h>

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

/* However many ask, the daemon is asked once in this time; and where it does not answer, they are
 * told so without having to wait for that each. */
static const double fresh_s = 1, silent_s = 2;

bool ga_watch_look(struct ga_watch *watch, double now, bool drops)
{
	double age = now - watch->looked;
	bool enough = watch->looked_drops || !drops;

	/* The clock may have been set back. */
	if (watch->looked > 0 && age >= 0 &&
	    (watch->look.up ? enough && age < fresh_s : age < silent_s))
		return false;
	ga_look_free(&watch->look);
	ga_look(watch->path, drops, &watch->look);
	watch->looked = now;
	watch->looked_drops = drops;
	return true;
}

/* ---- samples ---- */

static uint64_t packets_of(const struct ga_metrics *metrics, const char *name)
{
	for (size_t i = 0; i < metrics->count; i++) {
		if (metrics->counts[i].kind == GA_COUNTER_KERNEL &&
		    strcmp(metrics->counts[i].name, name) == 0)
			return metrics->counts[i].count;
	}
	return 0;
}

void ga_watch_sample(struct ga_watch *watch, double now)
{
	static struct ga_metrics metrics;
	struct ga_sample *sample = &watch->samples[watch->sample_count % GA_WATCH_SAMPLES_MAX];

	if (!watch->look.up)
		return;
	ga_look_metrics(&watch->look, &metrics);
	*sample = (struct ga_sample){
	    .time = now,
	    .dropped = metrics.standing[GA_METRICS_DROP][GA_METRICS_IPV4] +
		       metrics.standing[GA_METRICS_DROP][GA_METRICS_IPV6],
	    .policed = metrics.standing[GA_METRICS_POLICE][GA_METRICS_IPV4] +
		       metrics.standing[GA_METRICS_POLICE][GA_METRICS_IPV6],
	    .caught = packets_of(&metrics, "dropped") + packets_of(&metrics, "policed"),
	};
	watch->sample_count++;
}

static json_object *history(const struct ga_watch *watch)
{
	json_object *array = json_object_new_array();
	size_t i = watch->sample_count > GA_WATCH_SAMPLES_MAX
		       ? watch->sample_count - GA_WATCH_SAMPLES_MAX
		       : 0;

	for (; i < watch->sample_count; i++) {
		const struct ga_sample *sample = &watch->samples[i % GA_WATCH_SAMPLES_MAX];
		json_object *item = json_object_new_object();

		json_object_object_add(item, "time", json_object_new_int64((int64_t)sample->time));
		json_object_object_add(item, "dropped", json_object_new_uint64(sample->dropped));
		json_object_object_add(item, "policed", json_object_new_uint64(sample->policed));
		json_object_object_add(item, "caught", json_object_new_uint64(sample->caught));
		json_object_array_add(array, item);
	}
	return array;
}

/* ---- answers ---- */

char *ga_watch_clean(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = malloc(size);

	if (copy)
		ga_utf8_clean(text, copy, size);
	return copy;
}

char *ga_watch_metrics(const struct ga_watch *watch, enum ga_metrics_format format)
{
	static struct ga_metrics metrics;
	static char text[GA_METRICS_TEXT_MAX];

	ga_look_metrics(&watch->look, &metrics);
	if (ga_metrics_write(&metrics, format, text, sizeof(text)) < 0)
		return NULL;
	return ga_watch_clean(text);
}

static json_object *or_empty(json_object *array)
{
	return array ? json_object_get(array) : json_object_new_array();
}

char *ga_watch_state(const struct ga_watch *watch)
{
	const struct ga_look *look = &watch->look;
	json_object *state = json_object_new_object();

	json_object_object_add(state, "up", json_object_new_boolean(look->up));
	json_object_object_add(state, "error",
			       look->up ? NULL : json_object_new_string(look->error));
	json_object_object_add(state, "status", json_object_get(look->status));
	json_object_object_add(state, "drops", or_empty(look->drops));
	json_object_object_add(state, "drops_more", json_object_new_boolean(look->drops_more));
	json_object_object_add(state, "counters", or_empty(look->counters));
	json_object_object_add(state, "history", history(watch));
	json_object_object_add(state, "history_every_s", json_object_new_int(GA_WATCH_EVERY_S));
	char *text = ga_watch_clean(json_object_to_json_string_ext(
	    state, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));

	json_object_put(state);
	return text;
}
