/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probes (goaway-protocol(7), section 2, zero_nonce probe): a client C whose requests have no
 * nonce, its server S, the edge between them with its sets in the kernel and a daemon that may be
 * killed at any moment, and an adversary off the path.
 *
 * What is left out, and why that is fair:
 * - Whatever C asked, and S or the adversary answers without a nonce, everybody could have said: it
 *   comes at any time, and all that it can do is to have the daemon want a probe.
 * - A probe is its nonce, which is random: the adversary never has it, and answers with another.
 * - Whatever S may answer to a probe that left arrives never, once or again and again, at any time.
 * - Time is counted in spans for which C is to be silent; a probe is open for one, an hour is HOUR.
 * - S denies C for as long as the run lasts, or never; and it may limit or answer with the time.
 *
 * Each rule can be taken away by a define M_...; then an assertion must fail
 * (tests/model/check.sh).
 */
#ifndef TIME
#define TIME 6
#endif
#define SILENT 1 /* spans */
#define WITHIN 1
#define HOUR 3
#define PROBES 3 /* more than there is time for */
#define NOTHING (PROBES + 1)

/* Answers. */
#define THE_TIME 1
#define DENY 2
#define RATE 3

byte now;
bit denies;

/* The network: which probes left, and when. */
bit left[NOTHING + 1];
byte left_at[NOTHING + 1];

/* The kernel: it outlives the daemon. */
byte polled_until; /* C's last request, and SILENT after */
byte probe;	   /* the open one; 0: none */
byte probe_until;
byte probed_until; /* this pair is not to be probed before */
bit drop;

/* The daemon: what dies with it. */
bit wanted;  /* a probe */
byte waited; /* for the answer to this one */

/* What the laws are about. */
byte count;	   /* of probes */
byte asked_at;	   /* C's last request */
bit asked;
byte verdicts[NOTHING + 1];

#ifdef M_SILENT
#define IS_SILENT true
#else
#define IS_SILENT (now >= polled_until)
#endif

#ifdef M_HOUR
#define IS_DUE true
#else
#define IS_DUE (now >= probed_until)
#endif

#ifdef M_WITHIN
#define OPEN(n) (probe == (n))
#else
#define OPEN(n) (probe == (n) && now <= probe_until)
#endif

/* The daemon's, that the answer is to what it asked. */
#ifdef M_NONCE
#define IS_ITS_OWN(n) (waited != 0)
#else
#define IS_ITS_OWN(n) (waited == (n))
#endif

inline mark()
{
	probed_until = now + HOUR;
	probe = waited;
	probe_until = now + WITHIN
}

inline send()
{
	count++;
	/* S is not asked more often than it would be by a client that it never heard of. */
	assert(count == 1 || now - left_at[count - 1] >= HOUR);
	/* Nor beside what C asks. */
	assert(!asked || now - asked_at >= SILENT);
	left[count] = 1;
	left_at[count] = now
}

/* An answer with the nonce n comes to the edge. */
inline hear(n, answer, by_s)
{
	if
#ifdef M_NONCE
	:: probe != 0 && now <= probe_until ->
#else
	:: OPEN(n) ->
#endif
		if
#ifdef M_DENY
		:: IS_ITS_OWN(n) ->
#else
		:: IS_ITS_OWN(n) && answer == DENY ->
#endif
			/* S itself, asked by the edge and lately, said that it denies C. */
			assert(by_s && left[n] && now <= left_at[n] + WITHIN);
			assert(answer == DENY && denies);
			verdicts[n]++;
			assert(verdicts[n] == 1);
#ifndef M_CLOSE
			probe = 0;
			waited = 0;
#endif
			drop = 1
		/* The daemon was killed since, or it is no denial. */
		:: else -> probe = 0
		fi
	:: else -> skip
	fi
}

proctype Daemon()
{
end:	do
	/* A complaint without a nonce: C asked lately. */
	:: atomic { asked && !wanted && !waited -> wanted = 1 }
	:: atomic { wanted && IS_SILENT && IS_DUE && count < PROBES ->
		waited = count + 1;
		wanted = 0;
#ifdef M_MARK
		/* Marked when it has left. */
		send();
		if
		:: mark()
		:: waited = 0 /* killed between */
		fi }
#else
		mark();
		if
		:: send()
		:: waited = 0
		fi }
#endif
	/* No answer came in time. */
	:: atomic { waited && now > probe_until -> waited = 0 }
	/* Killed. */
	:: atomic { wanted || waited -> wanted = 0; waited = 0 }
	od
}

proctype Client()
{
end:	do
	:: atomic { !asked || asked_at < now ->
		asked = 1;
		asked_at = now;
		polled_until = now + SILENT }
	od
}

/* What S says to the probes that it got. */
proctype Server()
{
	byte n, answer;

end:	do
	:: atomic { true ->
		if
		:: left[1] -> n = 1
		:: left[2] -> n = 2
		:: left[3] -> n = 3
		fi;
		if
		:: answer = THE_TIME
		:: answer = RATE
		:: denies -> answer = DENY
		fi;
		hear(n, answer, true);
		n = 0; answer = 0 }
	od
}

/* Off the path: in S's name, but never with a probe's nonce. */
proctype Adversary()
{
end:	do
	:: atomic { true -> hear(NOTHING, DENY, false) }
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
		:: true
		fi;
		run Client();
		run Server();
		run Adversary();
		run Clock();
		run Daemon()
	}
}
