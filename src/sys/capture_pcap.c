/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/link.h>
#include <goaway/tap.h>

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	SNAPLEN = 512 + 32, /* the longest link header that is taken off, two VLAN tags */
	ROOM = 1 << 16,
	RUN_MAX = 64,
};

struct ga_tap {
	pcap_t *pcap;
	enum ga_link link;
};

/* One run's, behind pcap_dispatch. */
struct run {
	enum ga_link link;
	uint64_t now_ns;
	ga_tap_hear hear;
	void *context;
};

/* libpcap tells most faults by a code of its own, and the rest by a sentence. */
static int error_of(int status)
{
	switch (status) {
	case PCAP_ERROR_PERM_DENIED:
		return -EPERM;
	case PCAP_ERROR_NO_SUCH_DEVICE:
	case PCAP_ERROR_IFACE_NOT_UP:
		return -ENODEV;
	default:
		return -EIO;
	}
}

static void tell(char error[GA_TAP_ERROR_MAX], const char *sentence)
{
	(void)snprintf(error, GA_TAP_ERROR_MAX, "%s", sentence);
}

static int activate(pcap_t *pcap, char error[GA_TAP_ERROR_MAX])
{
	int status;

	pcap_set_snaplen(pcap, SNAPLEN);
	pcap_set_promisc(pcap, 0);
	pcap_set_buffer_size(pcap, ROOM);
	pcap_set_immediate_mode(pcap, 1);
	status = pcap_activate(pcap);
	if (status >= 0) /* or a warning, as that "any" cannot be promiscuous */
		return 0;
	tell(error, *pcap_geterr(pcap) ? pcap_geterr(pcap) : pcap_statustostr(status));
	return error_of(status);
}

/* Only what comes in, and only from the source. */
static int filter(pcap_t *pcap, const struct ga_addr *source, char error[GA_TAP_ERROR_MAX])
{
	char addr[GA_ADDR_TEXT_MAX], text[GA_ADDR_TEXT_MAX + 16];
	struct bpf_program program;
	int status;

	(void)snprintf(text, sizeof(text), "%s src host %s", source->version == 4 ? "ip" : "ip6",
		       ga_addr_format(source, addr, sizeof(addr)));
	status = pcap_compile(pcap, &program, text, 1, PCAP_NETMASK_UNKNOWN);
	if (status == 0) {
		status = pcap_setfilter(pcap, &program);
		pcap_freecode(&program);
	}
	if (status == 0)
		status = pcap_setdirection(pcap, PCAP_D_IN);
	if (status == 0)
		return 0;
	tell(error, pcap_geterr(pcap));
	return -EIO;
}

/* Ahead of the filter, which is compiled for the link. */
static int choose_link(struct ga_tap *tap, bool all, char error[GA_TAP_ERROR_MAX])
{
	/* Version 2 tells the interface; libpcap has it since 1.10, else version 1 stays. */
	if (all)
		(void)pcap_set_datalink(tap->pcap, DLT_LINUX_SLL2);
	int type = pcap_datalink(tap->pcap);

	if (ga_link_of_type((uint32_t)type, &tap->link))
		return 0;
	(void)snprintf(error, GA_TAP_ERROR_MAX, "packets there come as %s, which is not understood",
		       pcap_datalink_val_to_description_or_dlt(type));
	return -EINVAL;
}

int ga_tap_open(const char *interface, const struct ga_addr *source, struct ga_tap **ret,
		char error[GA_TAP_ERROR_MAX])
{
	struct ga_tap *tap = calloc(1, sizeof(*tap));
	char sentence[PCAP_ERRBUF_SIZE] = "";
	int status;

	if (!tap) {
		tell(error, strerror(ENOMEM));
		return -ENOMEM;
	}
	tap->pcap = pcap_create(interface ? interface : "any", sentence);
	if (!tap->pcap) {
		tell(error, sentence);
		ga_tap_close(tap);
		return -EIO;
	}
	status = activate(tap->pcap, error);
	if (!status)
		status = choose_link(tap, !interface, error);
	if (!status)
		status = filter(tap->pcap, source, error);
	if (!status && pcap_setnonblock(tap->pcap, 1, sentence) < 0) {
		tell(error, sentence);
		status = -EIO;
	}
	if (status) {
		ga_tap_close(tap);
		return status;
	}
	*ret = tap;
	return 0;
}

void ga_tap_close(struct ga_tap *tap)
{
	if (!tap)
		return;
	if (tap->pcap)
		pcap_close(tap->pcap);
	free(tap);
}

int ga_tap_fd(const struct ga_tap *tap)
{
	return pcap_get_selectable_fd(tap->pcap);
}

static void on_packet(u_char *context, const struct pcap_pkthdr *header, const u_char *octets)
{
	const struct run *run = (const void *)context;
	struct ga_frame frame = {
	    .octets = octets,
	    .len = header->caplen,
	    .time_ns = run->now_ns,
	};

	if (ga_link_strip(run->link, &frame) != GA_REASON_NONE)
		return;
	run->hear(run->context, &frame);
}

int ga_tap_run(struct ga_tap *tap, uint64_t now_ns, ga_tap_hear hear, void *context)
{
	struct run run = {.link = tap->link, .now_ns = now_ns, .hear = hear, .context = context};
	int heard = pcap_dispatch(tap->pcap, RUN_MAX, on_packet, (u_char *)&run);

	return heard < 0 ? -EIO : heard;
}

uint64_t ga_tap_lost(struct ga_tap *tap)
{
	struct pcap_stat stat = {0};

	return pcap_stats(tap->pcap, &stat) == 0 ? stat.ps_drop : 0;
}
