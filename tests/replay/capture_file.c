/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture_file.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ETHERNET_LEN = 14 };

static int frame_keep(struct capture_file *file, const struct pcap_pkthdr *header,
		      const uint8_t *octets)
{
	struct capture_frame *kept = &file->frames[file->count];
	unsigned type;

	if (header->caplen < ETHERNET_LEN)
		return 0;
	type = (unsigned)octets[12] << 8 | octets[13];
	if (type != 0x0800 && type != 0x86dd)
		return 0;
	if (file->count == CAPTURE_FRAMES_MAX || header->caplen - ETHERNET_LEN > CAPTURE_OCTETS_MAX)
		return -1;
	memcpy(kept->octets, octets + ETHERNET_LEN, header->caplen - ETHERNET_LEN);
	kept->frame = (struct ga_frame){
	    .octets = kept->octets,
	    .len = header->caplen - ETHERNET_LEN,
	    .time_ns =
		(uint64_t)header->ts.tv_sec * 1000000000U + (uint64_t)header->ts.tv_usec * 1000U,
	};
	kept->wall_s = header->ts.tv_sec;
	file->count++;
	return 0;
}

struct capture_file *capture_file_read(const char *directory, const char *name)
{
	struct capture_file *file = calloc(1, sizeof(*file));
	char path[4096], error[PCAP_ERRBUF_SIZE] = "no memory";
	struct pcap_pkthdr *header;
	const uint8_t *octets;
	pcap_t *pcap;
	int r = -1;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	pcap = file ? pcap_open_offline(path, error) : NULL;
	if (!pcap) {
		fprintf(stderr, "%s: %s\n", path, error);
		free(file);
		return NULL;
	}
	if (pcap_datalink(pcap) == DLT_EN10MB) {
		while ((r = pcap_next_ex(pcap, &header, &octets)) == 1) {
			if (frame_keep(file, header, octets) < 0)
				break;
		}
	}
	pcap_close(pcap);
	if (r != PCAP_ERROR_BREAK) {
		fprintf(stderr, "%s: not a whole Ethernet capture of this size\n", path);
		free(file);
		return NULL;
	}
	return file;
}
