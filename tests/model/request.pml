/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NTP requests and their Kiss-o'-Death (goaway-protocol(7), section 2): a client C, its server S,
 * the edge between them with its open requests in the kernel and a daemon that may be killed at
 * any moment, and an adversary off the path with an accomplice inside. Where nonces are SHARED the
 * adversary is a server too, which C asks.
 *
 * What is left out, and why that is fair:
 * - A request is its nonce. RANDOM ones are never guessed. WEAK ones are, once by luck, and else
 *   after more than GUESSES wrong ones. ZERO ones everybody knows. SHARED ones look random, but C
 *   tells the adversary the first one, before it tells S or after. All requests of a run are of one
 *   kind, as one client's are.
 * - Whatever S may answer to a request that left, by its mood, arrives never, once or again and
 *   again, at any time and in any order. What the adversary can make up may arrive at any time
 *   too.
 * - Time is counted in spans in which a request is open; a drop settles for one more.
 * - S denies, or limits, or answers with the time, as it likes; it limits C also where the
 *   adversary floods it in C's name. That it was told to is all that the adversary can do through
 *   S.
 * - Rules drop nothing here: an edge that observes hears more than one that drops, and the laws
 *   are the same.
 *
 * Each rule can be taken away by a define M_...; then an assertion must fail
 * (tests/model/check.sh).
 */
#ifndef NONCES
#define NONCES RANDOM
#endif
#ifndef REQUESTS
#define REQUESTS 2
#endif
#ifndef TIME
#define TIME 3
#endif
#define WITHIN 1  /* spans in which a request may be answered */
#define SETTLE 2  /* in which what was under way is no further offence */
#define GUESSES 2 /* that are forgiven (4 in the protocol) */
#define QUEUE 1   /* frames that the daemon has not looked at, beside the one in its hand */

#define RANDOM 0
#define WEAK 1
#define ZERO 2
#define SHARED 3

/* Answers. */
#define THE_TIME 1
#define DENY 2
#define RATE 3

/* Nonces: C's requests from 1 on, one that the accomplice sends in C's name, one of nothing. */
#define SPOOFED (REQUESTS + 1)
#define NOTHING (REQUESTS + 2)
#define LAST NOTHING

#define OUTSIDE 0
#define INWARD 1

byte now;

/* The network: what left, and when. */
bit left[LAST + 1];
byte left_at[LAST + 1];
bit told;	    /* the adversary, the first nonce */
bit flooded;	    /* S, in C's name */
bit limits, denies; /* what S does to C, by itself */
#define MAY_SAY(answer)                                                                            \
	((answer) == THE_TIME || ((answer) == DENY && denies) ||                                   \
	 ((answer) == RATE && (limits || flooded)))

/* The kernel: it outlives the daemon. */
bit asked[LAST + 1]; /* open requests */
byte asked_until[LAST + 1];
bit used, reused; /* the first nonce */
byte missed;
bit drop, police;
byte offences; /* that led to a drop */
bit doubted;
byte last_at; /* of the last order */
bit any_order;

/* Frames handed up: nonce and kiss, and, for the laws, whether S sent it. */
chan queue = [QUEUE] of { byte, byte, bit };

/* What the laws are about. */
byte verdicts[LAST + 1];
bit lucky; /* a guess */
bit meant; /* a DENY of S's own was believed */

#ifdef M_NONCE
#define OPEN(n) true
#else
#ifdef M_WITHIN
#define OPEN(n) asked[n]
#else
#define OPEN(n) (asked[n] && now <= asked_until[n])
#endif
#endif

/* From the right side. */
#ifdef M_SIDE
#define FROM_OUTSIDE(side) true
#else
#define FROM_OUTSIDE(side) ((side) == OUTSIDE)
#endif

#ifdef M_GUESSED
#define GUESSED false
#else
#define GUESSED (missed > GUESSES)
#endif

/* What proves less than a random one, however often. */
#define REPEATED(n) ((n) == 1 && reused)
/* And what does so the first time. */
#define DOUBTFUL(n) (NONCES == WEAK || REPEATED(n))

/* The first nonce passes the edge, to S or to the adversary. */
inline note(to_s)
{
#ifdef M_PAIR
	skip
#else
#ifdef M_SINCE
	/* What an earlier request had when this one left. */
	reused = (used && to_s -> 1 : reused);
#else
	reused = (used -> 1 : reused);
#endif
	used = 1
#endif
}

/* A request passes the edge. `own`: by the interface that C is reached by. */
inline remember(n, own)
{
	if
#ifdef M_BCP38
	:: true ->
#else
	:: own ->
#endif
		asked[n] = 1;
		asked_until[n] = now + WITHIN;
		if
		:: NONCES == SHARED && n == 1 -> note(true)
		:: else -> skip
		fi
	:: else -> skip
	fi
}

/* An answer comes to the edge: the rules. A kiss that matches is handed up if there is room; who
 * does not fit passes by. */
inline hear(n, answer, side, by_s)
{
	if
	:: OPEN(n) && FROM_OUTSIDE(side) && answer == THE_TIME ->
		verdicts[n]++;
		assert(verdicts[n] == 1);
#ifndef M_CLOSE
		asked[n] = 0
#endif
	:: OPEN(n) && FROM_OUTSIDE(side) && answer != THE_TIME && len(queue) < QUEUE ->
		queue!n, answer, by_s
	:: !OPEN(n) && FROM_OUTSIDE(side) && answer != THE_TIME && NONCES == WEAK ->
		missed = (missed < GUESSES + 1 -> missed + 1 : missed)
	:: else -> skip
	fi
}

/* ---- the daemon ---- */

/* What to do: drop or police; GUESSED and a nonce of nothing lead to neither. */
inline decide(n, kiss, ret_drop, ret_police)
{
	ret_drop = 0;
	ret_police = 0;
	if
#ifndef M_ZERO
	:: NONCES == ZERO -> skip
#endif
	:: NONCES == WEAK && GUESSED -> skip
	:: else ->
		if
#ifdef M_RATE
		:: kiss == RATE -> ret_drop = 1
#else
		:: kiss == RATE -> ret_police = 1
#endif
#ifndef M_DOUBT
		:: kiss == DENY && (REPEATED(n) || (DOUBTFUL(n) && !doubted)) -> ret_police = 1
		:: kiss == DENY && !REPEATED(n) && (!DOUBTFUL(n) || doubted) -> ret_drop = 1
#else
		:: kiss == DENY -> ret_drop = 1
#endif
		fi
	fi;
#ifndef M_SETTLE
	if
	:: any_order && now - last_at < SETTLE && (drop || (police && !ret_drop)) ->
		ret_drop = 0;
		ret_police = 0
	:: else -> skip
	fi
#endif
}

/* What the transaction installs, and what must be true of it. */
inline install(n, kiss, by_s, do_drop, do_police)
{
	/* C asked that, lately, and S itself answered it: so it is S's traffic, and C's. */
	assert(n <= REQUESTS && left[n]);
	assert(now <= left_at[n] + WITHIN);
	assert(!(do_drop || do_police) || by_s || DOUBTFUL(n));
	meant = (by_s && kiss == DENY -> 1 : meant);
	assert(!do_drop || (kiss == DENY && meant));
	/* One request, one verdict. */
	verdicts[n]++;
	assert(verdicts[n] == 1);
	if
	:: do_drop ->
		/* A further offence is one that came after the last order worked. */
		assert(!drop || left_at[n] > last_at);
		drop = 1;
		offences++
	:: else -> skip
	fi;
	if
	:: do_police ->
		police = 1;
		doubted = (kiss == DENY && !REPEATED(n) -> 1 : doubted)
	:: else -> skip
	fi;
	if
	:: do_drop || do_police -> any_order = 1; last_at = now
	:: else -> skip
	fi
}

proctype Daemon()
{
	byte n, kiss;
	bit by_s, do_drop, do_police;

start:
end:	do
	:: atomic { queue?n, kiss, by_s ->
		if
#ifdef M_NONCE
		:: true -> skip
#else
		:: asked[n] && now <= asked_until[n] -> skip
		:: else -> n = 0; kiss = 0; by_s = 0; goto start /* used up, or too late */
#endif
		fi;
		decide(n, kiss, do_drop, do_police) }
		/* Anything may happen here: another answer, time, death. */
#ifdef M_TRANSACTION
		/* First the drop, then the request. */
		atomic { install(n, kiss, by_s, do_drop, do_police) }
		if
		:: asked[n] = 0
		:: goto died
		fi;
#else
		if
		:: atomic {
			if
#ifdef M_NONCE
			:: true ->
#else
			:: OPEN(n) ->
#endif
#ifndef M_SPEND
				asked[n] = 0;
#endif
				install(n, kiss, by_s, do_drop, do_police)
			:: else -> skip /* the kernel refuses all of it: used up */
			fi }
		:: goto died
		fi;
#endif
died:		atomic { n = 0; kiss = 0; by_s = 0; do_drop = 0; do_police = 0;
		/* Killed: what waits in the queue is let go, and nothing else is lost. */
		if
		:: true -> skip
		:: do
		   :: queue?n, kiss, by_s -> n = 0; kiss = 0; by_s = 0
		   :: empty(queue) -> break
		   od
		fi }
	od
}

/* ---- the others ---- */

proctype Client()
{
	byte n = 1;

end:	do
	:: atomic { n <= REQUESTS ->
		left[n] = 1;
		left_at[n] = now;
		remember(n, true);
		n++ }
	:: atomic { NONCES == SHARED && !told -> told = 1; note(false) }
	od
}

/* What S says to what it got. */
proctype Server()
{
	byte n, answer;

end:	do
	:: atomic { true ->
		if
		:: left[1] -> n = 1
		:: left[2] -> n = 2
		:: flooded -> n = SPOOFED
		fi;
		if
		:: answer = THE_TIME
		:: MAY_SAY(DENY) -> answer = DENY
		:: MAY_SAY(RATE) -> answer = RATE
		fi;
		hear(n, answer, OUTSIDE, true);
		n = 0; answer = 0 }
	od
}

/* Off the path, and inside. */
proctype Adversary()
{
	byte n, answer;
	bit side;

end:	do
	/* Requests to S in C's name, from inside, by the wrong interface; it tells their nonce. From
	 * outside (flooded) they do not pass the edge. */
	:: atomic { !left[SPOOFED] -> left[SPOOFED] = 1; remember(SPOOFED, false) }
	/* Answers in S's name. */
	:: atomic { true ->
		if
		:: n = NOTHING
		:: left[SPOOFED] -> n = SPOOFED
		:: NONCES == ZERO && left[1] -> n = 1
		:: NONCES == ZERO && left[2] -> n = 2
		:: NONCES == SHARED && told && left[1] -> n = 1
		:: NONCES == WEAK && left[1] && (!lucky || missed > GUESSES) -> n = 1
		:: NONCES == WEAK && left[2] && (!lucky || missed > GUESSES) -> n = 2
		fi;
		lucky = (NONCES == WEAK && n <= REQUESTS -> 1 : lucky);
		if
		:: answer = DENY
		:: answer = RATE
		fi;
		if
		:: side = OUTSIDE
		:: side = INWARD
		fi;
		hear(n, answer, side, false);
		n = 0; answer = 0; side = 0 }
	/* C itself, or who sees what it sends, answers from inside with the right nonce. */
	:: atomic { true ->
		if
		:: left[1] -> n = 1
		:: left[2] -> n = 2
		:: else -> n = NOTHING
		fi;
		hear(n, DENY, INWARD, false);
		n = 0 }
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
		if
		:: denies = 1
		:: limits = 1
		:: true
		fi;
		if
		:: flooded = 1
		:: true
		fi;
		run Client();
		run Server();
		run Adversary();
		run Clock();
		run Daemon()
	}
}
