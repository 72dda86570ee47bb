/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any octets as a capture file, read three ways that must come to the same: all of it at hand, no
 * more at hand than was asked for, and as the file that `goaway replay` opens.
 */
#include <goaway/capture_file.h>
#include <goaway/pcap.h>

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

/* What was found, as a number: FNV-1a. */
struct found {
	uint64_t hash;
	uint64_t packets;
	bool whole; /* to its end, and nothing was wrong */
};

static void found_number(struct found *found, uint64_t number)
{
	for (int i = 0; i < 8; i++, number >>= 8)
		found->hash = (found->hash ^ (number & 0xff)) * UINT64_C(0x100000001b3);
}

static void found_packet(void *context, enum ga_reason link, const struct ga_frame *frame)
{
	struct found *found = context;

	found->packets++;
	found_number(found, link);
	found_number(found, frame->time_ns);
	found_number(found, frame->ifindex);
	found_number(found, frame->len);
	for (size_t i = 0; i < frame->len; i++)
		found_number(found, frame->octets[i]);
}

/* What comes next, with `at_hand` octets in a block of their own. */
static enum ga_pcap_found look(struct ga_pcap *pcap, const uint8_t *octets, size_t at_hand,
			       struct ga_pcap_next *next, struct found *found)
{
	struct ga_frame block = frame_copy(octets, at_hand);
	enum ga_pcap_found kind = ga_pcap_next(pcap, block.octets, block.len, next);

	switch (kind) {
	case GA_PCAP_PACKET:
		law(next->frame.octets >= block.octets);
		law(next->frame.octets + next->frame.len <= block.octets + at_hand);
		law(next->octets > 0);
		found_packet(found, next->link, &next->frame);
		break;
	case GA_PCAP_SKIP:
		law(next->octets > 0);
		break;
	case GA_PCAP_MORE:
		law(next->octets > at_hand && next->octets <= GA_PCAP_NEED_MAX);
		break;
	case GA_PCAP_BAD:
		law(next->fault && next->fault[0]);
		break;
	}
	frame_free(&block);
	law(pcap->interfaces_count <= GA_PCAP_INTERFACES_MAX);
	return kind;
}

static struct found walk(const uint8_t *octets, size_t len, bool sparing)
{
	struct found found = {.hash = UINT64_C(0xcbf29ce484222325)};
	struct ga_pcap pcap = {0};
	size_t at = 0, at_hand = sparing ? 0 : len;

	for (;;) {
		struct ga_pcap_next next = {0};
		enum ga_pcap_found kind = look(&pcap, octets + at, at_hand, &next, &found);

		if (kind == GA_PCAP_BAD)
			return found;
		if (kind == GA_PCAP_MORE) {
			if (at_hand == len - at) {
				found.whole = at_hand == 0 && pcap.format != GA_PCAP_START;
				return found;
			}
			at_hand = next.octets < len - at ? next.octets : len - at;
			continue;
		}
		if (next.octets > len - at)
			return found;
		at += next.octets;
		at_hand = sparing ? 0 : len - at;
	}
}

static struct found read_file(const char *path)
{
	struct found found = {.hash = UINT64_C(0xcbf29ce484222325)};
	struct ga_capture_file *file;
	char text[GA_PCAP_TEXT_MAX];
	int result = ga_capture_file_open(path, &file, text);
	const char *fault = *text ? text : NULL;

	law(result == 0 || result == -EINVAL);
	if (result == 0) {
		while ((result = ga_capture_file_run(file, found_packet, &found, &fault)) == 1)
			;
		law(result == 0 || result == -EINVAL);
		found.whole = result == 0;
		ga_capture_file_close(file);
	}
	law(found.whole == !fault);
	return found;
}

static struct found walk_file(const uint8_t *octets, size_t len)
{
	int fd = memfd_create("capture", MFD_CLOEXEC);
	char path[64];
	struct found found;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd < 0 || write(fd, octets, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET) != 0)
		abort();
	found = read_file(path);
	close(fd);
	return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct found at_once = walk(octets, len, false);
	struct found sparing = walk(octets, len, true);
	struct found file = walk_file(octets, len);

	law(sparing.hash == at_once.hash && sparing.packets == at_once.packets &&
	    sparing.whole == at_once.whole);
	law(file.hash == at_once.hash && file.packets == at_once.packets &&
	    file.whole == at_once.whole);
	return 0;
}
