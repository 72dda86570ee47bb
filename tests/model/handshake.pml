/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The handshake of ICMP Go Away (goaway-protocol(7), sections 1.3 to 1.5): a complainant V, a
 * source C that sends to it, one edge or two, and everybody else as one adversary.
 *
 * What is left out, and why that is fair:
 * - The network is the set of all that was ever sent: each message arrives never, once or again
 *   and again, at any time and in any order. So a message is a bit that stays.
 * - The adversary's messages are not kept: whatever it can make of what it knows may arrive at
 *   any moment. It is whoever is off the path (it sends in any name, and gets what is sent to its
 *   own address A) and, with INSIDE, an accomplice there, who is C's neighbour or C itself: it
 *   sees what comes to C, sends from inside in any name, and has flows of its own to A.
 * - A cookie is its place in the table of those made: of each edge HONEST for what V asks and one
 *   for what is asked in V's name, and of the first edge one for what the adversary asks for
 *   itself. Once these are made, the edge is silent, as its limits make it; one of a kind is as
 *   good as more of it. To guess one is number 0, and never right. Made of the same it is the
 *   same.
 * - A complaint is a number: 1 is V's, the others are the adversary's. V's is known to whoever
 *   saw it.
 * - Time is counted in spans in which a cookie is made; in the next one it is good too. It ends
 *   after TIME of them, all of that within the span in which a further complaint settles.
 * - One service for each pair of addresses; scope HOST would be a second lifetime. Of two edges
 *   one is restarted.
 *
 * Each rule can be taken away by a define M_...; then an assertion must fail
 * (tests/model/check.sh).
 */
#ifndef EDGES
#define EDGES 1
#endif
#ifndef HONEST
#define HONEST 2
#endif
#ifndef TIME
#define TIME 2
#endif

/* Targets, sources, and the pairs of them that there are. */
#define V 0
#define A 1
#define C 0
#define I 1
#define PAIR(s, t) ((s) * 2 + (t))

/* Where a message comes in. */
#define OUTSIDE 0
#define INSIDE_SIDE 1

/* Who opened a flow, as connection tracking knows it. */
#define NOBODY 0
#define SOURCE 1
#define TARGET 2

#define EACH (HONEST + 1)
#define COOKIES (2 + EACH * EDGES) /* 0 is none */
#define FORGED (HONEST + 1)	   /* of its edge: asked in V's name */
#define OWN (COOKIES - 1)	   /* asked by the adversary for A */
#define COMPLAINTS 4		   /* 0 is none */
#define GRANT(n, k) ((n) * COOKIES + (k))
#define V_LIFETIME 1 /* what V asks for */
#define GREATEST 2   /* what policy grants at most */
#define MORE 3	     /* what the adversary would like */
#define CONFIRMS 2   /* cookies of one complaint (4 in the protocol) */

typedef cookie {
	bit used, key, s;
	byte complaint, at
};

byte now;
cookie made[COOKIES];
#define IS_HONEST(k) ((k) != OWN && ((k) - 1) % EACH < HONEST)
#define EDGE(k) ((k) == OWN -> 0 : ((k) - 1) / EACH)
#define MADE_FOR(k) ((k) == OWN -> A : V)
/* With V's own complaint more than V asks; with another, what V might have asked. */
#define FORGED_FOR(n) ((n) == 1 -> MORE : V_LIFETIME)
#define LIFETIME(k)                                                                                \
	(IS_HONEST(k) -> V_LIFETIME : ((k) == OWN -> MORE : FORGED_FOR(made[k].complaint)))

/* The world: conntrack, and what is true. */
byte opened[4];
bit sent[4];

/* The network. */
bit asked;			   /* GO-AWAY of V */
bit challenged[COOKIES];	   /* CHALLENGE to V */
bit confirmed[COOKIES];		   /* CONFIRM of V */
bit granted[COOKIES];		   /* RESULT to V */
bit released[COOKIES];		   /* RELEASE of V */

/* What the adversary knows. */
bit knows_cookie[COOKIES];
bit knows_complaint; /* V's */

/* Kernel of each edge: it outlives the daemon. */
byte drop_until[EDGES * 4];
byte grant_until[COMPLAINTS * COOKIES];
bit lifted[COMPLAINTS * COOKIES]; /* a grant that was released is used up all the same */
byte offences[EDGES * 4];

/* What the laws are about. */
byte paid[COOKIES];
byte confirms;

#define SMALLER(a, b) ((a) < (b) -> (a) : (b))

/* ---- the edge ---- */

/* Test 2: related, and opened by the source. */
#ifdef M_CONNTRACK
#define RELATED(source, to) true
#else
#ifdef M_DIRECTION
#define RELATED(source, to) (opened[PAIR(source, to)] != NOBODY)
#else
#define RELATED(source, to) (opened[PAIR(source, to)] == SOURCE)
#endif
#endif

/* Test 3: from outside. */
#ifdef M_SIDE
#define FROM_OUTSIDE(side) true
#else
#define FROM_OUTSIDE(side) ((side) == OUTSIDE)
#endif

/* The MAC, over all that a message carries and the time, by a key that nobody else has. */
#ifdef M_EXPIRY
#define FRESH(k) true
#else
#define FRESH(k) (now - made[k].at <= 1)
#endif
#ifdef M_BOUND_TARGET
#define BOUND_TARGET(k, to) true
#else
#define BOUND_TARGET(k, to) (MADE_FOR(k) == (to))
#endif
#ifdef M_BOUND_COMPLAINT
#define BOUND_COMPLAINT(k, n) true
#else
#define BOUND_COMPLAINT(k, n) (made[k].complaint == (n))
#endif
#ifdef M_COOKIE
#define COOKIE_GOOD(e, own_key, k, source, to, life, n) true
#else
#define COOKIE_GOOD(e, own_key, k, source, to, life, n)                                            \
	((k) > 0 && made[k].used && EDGE(k) == (e) && made[k].key == (own_key) &&                  \
	 made[k].s == (source) && BOUND_TARGET(k, to) && LIFETIME(k) == (life) &&                  \
	 BOUND_COMPLAINT(k, n) && FRESH(k))
#endif

#ifdef M_LIFETIME
#define GRANTED(life) (life)
#else
#define GRANTED(life) SMALLER(life, GREATEST)
#endif

/* Longer than its cookie is good. */
#ifdef M_GRANT_SHORT
#define REMEMBERED(life) (life)
#else
#define REMEMBERED(life) ((life) > 2 -> (life) : 2)
#endif

/* GO-AWAY: nothing is kept. The CHALLENGE goes to `to` by where the GO-AWAY came in. */
inline on_go_away(e, own_key, source, to, side, life, n)
{
	if
	:: RELATED(source, to) && FROM_OUTSIDE(side) && (to == V || e == 0) ->
		k = (to == A -> OWN : e * EACH + (life == V_LIFETIME && n == 1 -> 1 : FORGED));
		if
		:: HONEST > 1 && k == e * EACH + 1 && made[k].used &&
		   (made[k].at != now || made[k].key != own_key) -> k++
		:: else -> skip
		fi;
		if
		:: !made[k].used ->
			made[k].used = 1; made[k].key = own_key; made[k].s = source;
			made[k].complaint = n; made[k].at = now
		:: else -> skip
		fi;
		if
		:: made[k].key != own_key || made[k].s != source || made[k].complaint != n ||
		   made[k].at != now -> skip /* no room for one more */
		:: else ->
			if
			:: to == A || side == INSIDE_SIDE -> knows_cookie[k] = 1
			:: else -> challenged[k] = 1
			fi
		fi
	:: else -> skip
	fi
}

/* The transaction. `ours`: V sent the CONFIRM. */
inline install(e, source, to, life, n, k, ours)
{
	/* From the source that sent; to who complains, and asks for that; after a handshake with it;
	 * for no longer than it asks and policy lets; and once. */
	assert(sent[PAIR(source, to)]);
	assert(to == A || (ours && asked && n == 1 && life == V_LIFETIME));
	assert(k > 0 && made[k].used && (to == V || knows_cookie[k]));
	assert(GRANTED(life) <= GREATEST && GRANTED(life) <= life);
	assert(paid[k] == 0);
	paid[k]++;
	grant_until[GRANT(n, k)] = now + REMEMBERED(GRANTED(life));
	if
#ifndef M_SETTLE
	:: offences[e * 4 + PAIR(source, to)] > 0 -> /* no second one, and no longer */
		drop_until[e * 4 + PAIR(source, to)] =
		    SMALLER(drop_until[e * 4 + PAIR(source, to)], now + GRANTED(life))
	:: else ->
#else
	:: true ->
#endif
		drop_until[e * 4 + PAIR(source, to)] = now + GRANTED(life);
		offences[e * 4 + PAIR(source, to)]++;
		/* All of this is about one complaint of V's. */
		assert(offences[e * 4 + PAIR(source, to)] == 1)
	fi
}

inline on_confirm(e, own_key, source, to, side, life, n, k, ours)
{
	if
	:: RELATED(source, to) && FROM_OUTSIDE(side) &&
	   COOKIE_GOOD(e, own_key, k, source, to, life, n) ->
		if
#ifndef M_TRANSACTION
		:: grant_until[GRANT(n, k)] > now && to == V -> granted[k] = 1 /* the same answer */
		:: grant_until[GRANT(n, k)] > now && to == A -> skip
		:: grant_until[GRANT(n, k)] <= now ->
#else
		:: true ->
#endif
			install(e, source, to, life, n, k, ours);
			if
			:: to == V -> granted[k] = 1
			:: else -> skip
			fi
		:: true -> skip /* no room, or the kernel says no */
		fi
	:: else -> skip
	fi
}

/* A grant is filed under source, target, complaint and cookie. */
#ifdef M_GRANT_PAIR
#define OF_PAIR(k, source, to) true
#else
#define OF_PAIR(k, source, to) (made[k].s == (source) && MADE_FOR(k) == (to))
#endif
#ifdef M_RELEASE
#define HOLDS(e, source, to, n, k) (n == 1 && grant_until[GRANT(n, 1)] > now)
#else
#define HOLDS(e, source, to, n, k)                                                                 \
	((k) > 0 && EDGE(k) == (e) && OF_PAIR(k, source, to) && grant_until[GRANT(n, k)] > now &&  \
	 !lifted[GRANT(n, k)])
#endif

inline on_release(e, source, to, side, n, k, ours)
{
	if
	:: RELATED(source, to) && FROM_OUTSIDE(side) && HOLDS(e, source, to, n, k) ->
		/* Nobody else lifts what V was granted; C does not free itself. */
		assert(to == A || ours);
		drop_until[e * 4 + PAIR(source, to)] = 0;
#ifdef M_FORGET
		grant_until[GRANT(n, k)] = 0
#else
		lifted[GRANT(n, k)] = 1
#endif
	:: else -> skip
	fi
}

/* A message that the adversary makes up of what it knows. */
inline make_up()
{
	if
	:: to = V; source = C
	:: to = A; source = C
	:: to = A; source = I
	fi;
	if
	:: side = OUTSIDE
#ifdef INSIDE
	:: side = INSIDE_SIDE
#endif
	fi;
	if
	:: knows_complaint -> n = 1
	:: n = 2
#ifdef M_BOUND_COMPLAINT
	:: n = 3
#endif
	fi
}

/* A cookie that it knows, or none. */
inline recall()
{
	know = 0;
	do
	:: know < COOKIES - 1 -> know++
	:: knows_cookie[know] -> break
	:: know == 0 -> break
	:: know == COOKIES - 1 && !knows_cookie[know] -> know = 0; break
	od
}

proctype Edge(byte e)
{
	bit own_key = 0;
	bit to, source, side;
	byte life, n, k, know;

end:	do
	:: atomic { asked ->
		n = 1;
		on_go_away(e, own_key, C, V, OUTSIDE, V_LIFETIME, n);
#ifdef INSIDE
		knows_complaint = 1; /* it goes on to C */
#endif
		n = 0; k = 0 }
	:: atomic { make_up();
		life = (to == A -> MORE : FORGED_FOR(n));
		on_go_away(e, own_key, source, to, side, life, n);
		to = 0; source = 0; side = 0; life = 0; n = 0; k = 0 }
	:: atomic { make_up();
		recall();
		if
		:: life = MORE;
		   on_confirm(e, own_key, source, to, side, life, n, know, false)
		:: life = V_LIFETIME;
		   on_confirm(e, own_key, source, to, side, life, n, know, false)
		:: true -> on_release(e, source, to, side, n, know, false)
		fi;
		to = 0; source = 0; side = 0; life = 0; n = 0; know = 0 }
	:: atomic { true ->
		know = 1;
		do
		:: know < COOKIES - 1 -> know++
		:: break
		od;
		n = made[know].complaint;
		if
		:: confirmed[know] ->
			life = LIFETIME(know);
			on_confirm(e, own_key, C, V, OUTSIDE, life, n, know, true)
		:: released[know] -> on_release(e, C, V, OUTSIDE, n, know, true)
		:: else -> skip
		fi;
		life = 0; n = 0; know = 0 }
	/* Killed, and started again: the kernel keeps, the key is new. */
	:: atomic { own_key == 0 && e == 0 ->
#ifdef M_RESTART
		/* Grants in memory, and the key kept. */
		do
		:: n < COMPLAINTS * COOKIES -> grant_until[n] = 0; n++
		:: else -> break
		od;
		n = 0
#else
		own_key = 1
#endif
		}
	od
}

/* ---- the complainant ---- */

/* A CHALLENGE: of a complaint of V's, for what V asked, and of no more than so many. */
#ifdef M_V_COMPLAINT
#define V_MEANT(n) true
#else
#define V_MEANT(n) ((n) == 1 && asked)
#endif
#ifdef M_V_LIFETIME
#define V_ASKED_FOR(life) true
#else
#define V_ASKED_FOR(life) ((life) == V_LIFETIME)
#endif
#ifdef M_V_COOKIES
#define V_MAY_CONFIRM true
#else
#define V_MAY_CONFIRM (confirms < CONFIRMS)
#endif

inline on_challenge(life, n, k)
{
	if
	:: V_MEANT(n) && V_ASKED_FOR(life) && !confirmed[k] && V_MAY_CONFIRM ->
		confirmed[k] = 1;
		confirms++;
		assert(confirms <= CONFIRMS)
	:: else -> skip
	fi
}

proctype Complainant()
{
	byte life, n, k;

end:	do
	:: atomic { !asked && sent[PAIR(C, V)] -> asked = 1 }
	:: atomic { true ->
		k = 1;
		do
		:: k < COOKIES - 1 -> k++
		:: break
		od;
		if
		:: challenged[k] ->
			life = LIFETIME(k);
			n = made[k].complaint;
			on_challenge(life, n, k)
		:: granted[k] -> released[k] = 1 /* it has changed its mind */
		:: else -> skip
		fi;
		life = 0; n = 0; k = 0 }
	:: atomic { knows_complaint -> /* a CHALLENGE in C's name, with a cookie of nothing */
		n = 1;
		life = V_LIFETIME;
		on_challenge(life, n, k);
		life = 0; n = 0 }
	od
}

/* ---- the world ---- */

#ifdef INSIDE
/* Packets in C's name to the adversary's own address, by its neighbour. By BCP 38 they do not
 * leave, and are not C's. */
proctype Neighbour()
{
end:	do
#ifdef M_BCP38
	:: opened[PAIR(C, A)] == NOBODY -> opened[PAIR(C, A)] = SOURCE
#else
	:: false
#endif
	od
}
#endif

proctype Clock()
{
end:	do
	:: now < TIME -> now++
	od
}

init {
	atomic {
#ifdef INSIDE
		opened[PAIR(I, A)] = SOURCE; sent[PAIR(I, A)] = 1;
#endif
		if
		:: opened[PAIR(C, V)] = SOURCE; sent[PAIR(C, V)] = 1
		:: opened[PAIR(C, V)] = TARGET /* V asked, C only answers */
		fi;
		if
		:: true
		:: opened[PAIR(C, A)] = TARGET
		:: opened[PAIR(C, A)] = SOURCE; sent[PAIR(C, A)] = 1
		fi;
		run Complainant();
		run Clock();
#ifdef INSIDE
		run Neighbour();
#endif
		run Edge(0);
#if EDGES > 1
		run Edge(1)
#endif
	}
}
