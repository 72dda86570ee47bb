/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sets of `table inet goaway`: what each is called, keyed by and sized to.
 *
 * Most sets come in two, for IPv4 and IPv6, and are named by their base name
 * and the version: drop_service4, drop_service6.
 */
#ifndef GOAWAY_SYS_NFT_SETS_H
#define GOAWAY_SYS_NFT_SETS_H

#include "nft_keys.h"

#include <goaway/table.h>
#include <goaway/witness.h>
#include <libnftnl/set.h>

/* In the order in which they are made. For each element that is asked for, added or taken out, the kernel
 * looks for its set by name, from the first one on: those come first that a kiss needs. */
enum ga_set {
	GA_SET_ASKED,	  /* open requests */
	GA_SET_USED,	  /* nonces of requests, whosever: who is told one can say it in any server's name */
	GA_SET_REUSED,	  /* those that more than one request had */
	GA_SET_POLLED,	  /* pairs with a request in the last 64 s */
	GA_SET_GUESSED,	  /* pairs whose nonces somebody is guessing */
	GA_SET_RECORD,
	GA_SET_DROP_SERVICE,
	GA_SET_POLICE,
	GA_SET_UPLINKS,
	GA_SET_EXEMPT_SOURCE,
	GA_SET_EXEMPT_TARGET,
	GA_SET_KNOWN,	  /* sources that asked lately */
	GA_SET_ASKER,	  /* each, where it asks from, with its limit, which a look-up counts against */
	GA_SET_ASKER_IF,  /* the interfaces that they came in by: limit of new sources */
	GA_SET_WIRE,	  /* interfaces again: limit of requests that are remembered, */
	GA_SET_USED_WIRE,   /* of their nonces, */
	GA_SET_REUSED_WIRE, /* and of those that are found used before */
	GA_SET_USED_MORE, /* sources over their limits: limit of nonces that are remembered all the same */
	GA_SET_PAIR,	  /* polled pairs, each with an allowance that no other pair can use up */
	GA_SET_OVERLOOKED, /* pairs with a request over all limits, not remembered */
	GA_SET_MISSED,	  /* pairs with kisses that answer nothing, each with its limit */
	GA_SET_HEARD,	  /* pairs with a kiss handed up, each with its limit */
	GA_SET_PROBE,	  /* open probes of our own */
	GA_SET_PROBED,	  /* pairs probed within the hour */
	GA_SET_TAG,	     /* this edge's, the first octets of its cookies */
	GA_SET_COMPLAINED_OF, /* hosts that speak of Go Away, each with its limit */
	GA_SET_CONFIRMED,    /* and those that confirm */
	GA_SET_ACCUSED,	     /* sources that are complained of, each with its part of all complaints */
	GA_SET_CONVICTED,    /* and of all CONFIRMs */
	GA_SET_ACCUSED_WIRE, /* the interfaces behind which these are, likewise */
	GA_SET_CONVICTED_WIRE,
	GA_SET_GRANT,	     /* complaints granted, by complaint and cookie */
	GA_SET_STOPPED, /* pairs of drops that are not NTP's: while there are any, every packet is looked up */
	GA_SET_DROP_HOST,
	GA_SET_DROP_PROTOCOL, /* services without ports */
	GA_SET_DROPPING, /* pairs with something thrown away in the last seconds */
	GA_SET_COUNT
};

/* Timeouts that the rules and their readers agree on, in milliseconds. */
enum {
	GA_KNOWN_MS = 64 * 1000,
	GA_ASKER_MS = 64 * 1000,
	GA_ASKER_BRIDGE_MS = 24 * 60 * 60 * 1000,
	GA_POLLED_MS = GA_POLLED_S * 1000,
	GA_USED_MS = GA_USED_S * 1000,
	GA_MISSED_MS = GA_MISSED_S * 1000,
	GA_GUESSED_MS = GA_GUESSED_S * 1000,
	GA_HEARD_MS = 3 * 1000,
	GA_PROBE_MS = 8 * 1000,
	GA_PROBED_MS = 60 * 60 * 1000,
	GA_ACCUSED_MS = 10 * 1000,
	GA_COMPLAINED_OF_MS = 30 * 1000,
	GA_DROPPING_MS = 5 * 1000,
};

struct ga_set_kind {
	const char *base;
	enum ga_key_shape shape;
	bool both_versions; /* else the name is the base */
	uint32_t flags;	    /* NFT_SET_* */
	uint32_t (*room)(const struct ga_table_config *config); /* NULL: no bound needed */
	bool keeps; /* made anew, it gets back what it held */
};

extern const struct ga_set_kind ga_set_kinds[GA_SET_COUNT];

#define GA_SET_NAME_MAX 32
const char *ga_set_name(enum ga_set set, uint8_t version, char buf[GA_SET_NAME_MAX]);

/* Shape and version of a set by name; false if the table has none such. */
bool ga_set_by_name(const char *name, enum ga_set *ret_set, uint8_t *ret_version);

/* The service that a key of drop_host, drop_service, record or police (UDP 123) stands for. Returns
 * false if the key is too short. */
bool ga_key_read_service(enum ga_set set, uint8_t version, const uint8_t *octets, uint32_t len,
			 struct ga_service *ret);

/* The set by its name, nothing else of it. NULL: no memory. */
struct nftnl_set *ga_set_named(enum ga_set set, uint8_t version);

/* Build the set as `nft` would, so that nft prints its keys as what they are. NULL: no memory. */
struct nftnl_set *ga_set_build(enum ga_set set, uint8_t version,
			       const struct ga_table_config *config, bool two_statements);

/* The kernel's set is of the shape and room that `wanted` has. */
bool ga_set_same(const struct nftnl_set *kernel, const struct nftnl_set *wanted);

#endif
