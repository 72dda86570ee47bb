/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is taken for proven by who only overhears a handshake (goaway-protocol(7), section 1: goaway
 * replay, and a tap): a complainant V, an edge E that does what section 1 says, an adversary outside,
 * off the path, and, with STAGED, an accomplice inside.
 *
 * What is left out, and why that is fair:
 * - V and C are one pair. The source that is complained of says nothing.
 * - Complaints are OWN, V's, and OTHER, which the adversary makes up; he may send V's too, as if
 *   everybody knew it. V confirms what it complained of, once it was challenged.
 * - A cookie is of E and of one complaint, or the accomplice's, who chooses it and tells. E's is
 *   seen by V, and is everybody's once V has confirmed.
 * - Whatever was sent once arrives never, once or again and again, at any time and in any order; E
 *   challenges for as long as its cookie is good.
 * - Time is counted in the spans within which all is to be seen.
 *
 * Each rule can be taken away by a define M_...; then an assertion must fail
 * (tests/model/check.sh).
 */
#ifndef TIME
#define TIME 4
#endif
#define WITHIN 1

/* Complaints. */
#define OWN 0
#define OTHER 1

/* Cookies: E's for each complaint, and one that is chosen. */
#define CHOSEN 2
#define COOKIES 3

byte now;

/* V: whether it complained, when, and confirmed. */
bit complained, confirmed;
byte complained_at;
bit staged; /* by the accomplice, in C's name */

/* Who overhears: of each complaint when it was seen first, and the cookies since then. */
bit seen[2];
byte since[2];
bit cookies[2 * COOKIES];

#ifdef M_WITHIN
#define KNOWN(c) seen[c]
#else
#define KNOWN(c) (seen[c] && now <= since[c] + WITHIN)
#endif

inline see_go_away(c)
{
	if
	:: !KNOWN(c) ->
		seen[c] = 1;
		since[c] = now;
		cookies[(c)*COOKIES] = 0;
		cookies[(c)*COOKIES + 1] = 0;
		cookies[(c)*COOKIES + 2] = 0
	:: else -> skip
	fi
}

#ifdef M_COMPLAINT
/* Whose cookie it is does not matter. */
#define AT(c, k) (k)
#else
#define AT(c, k) ((c)*COOKIES + (k))
#endif

inline see_challenge(c, k)
{
	if
	:: KNOWN(c) -> cookies[AT(c, k)] = 1
	:: else -> skip
	fi
}

#ifdef M_CHALLENGE
#define CHALLENGED(c, k) true
#else
#ifdef M_COOKIE
#define CHALLENGED(c, k) (cookies[(c)*COOKIES] || cookies[(c)*COOKIES + 1] || cookies[(c)*COOKIES + 2])
#else
#define CHALLENGED(c, k) cookies[AT(c, k)]
#endif
#endif

inline see_confirm(c, k)
{
	if
	:: KNOWN(c) && CHALLENGED(c, k) ->
		/* V said so, of this complaint, and lately; or two have staged it, who may as well have
		 * staged the traffic. */
		assert(staged || (c == OWN && confirmed && now <= complained_at + 2 * WITHIN))
	:: else -> skip
	fi
}

proctype Complainant()
{
end:	do
	:: atomic { !complained -> complained = 1; complained_at = now }
	:: atomic { complained && now <= complained_at + WITHIN -> confirmed = 1 }
	od
}

/* What V sent, at last. */
proctype Network()
{
end:	do
	:: atomic { complained -> see_go_away(OWN) }
	:: atomic { confirmed -> see_confirm(OWN, OWN) }
	od
}

/* It challenges whoever complains. */
proctype Edge()
{
end:	do
	:: atomic { complained && now <= complained_at + WITHIN -> see_challenge(OWN, OWN) }
	:: atomic { true -> see_challenge(OTHER, OTHER) }
	od
}

/* Outside, in V's name: what he was not sent he cannot say. */
proctype Adversary()
{
end:	do
	:: atomic { complained -> see_go_away(OWN) }
	:: atomic { true -> see_go_away(OTHER) }
	:: atomic { true -> see_confirm(OTHER, CHOSEN) }
	:: atomic { complained -> see_confirm(OWN, CHOSEN) }
	:: atomic { confirmed -> see_confirm(OTHER, OWN) }
#ifdef M_DIRECTION
	/* A CHALLENGE that comes in counts, too. */
	:: atomic { true -> see_challenge(OTHER, CHOSEN) }
#endif
	od
}

/* Inside, in C's name. */
proctype Accomplice()
{
end:	do
	:: atomic { true -> staged = 1; see_challenge(OTHER, CHOSEN) }
	:: atomic { complained -> staged = 1; see_challenge(OWN, CHOSEN) }
	od
}

proctype Clock()
{
end:	do
	:: now < TIME -> now++
	od
}

init {
	atomic {
		run Complainant();
		run Network();
		run Edge();
		run Adversary();
#ifdef STAGED
		run Accomplice();
#endif
		run Clock()
	}
}
