// verdict: what it means that somebody holds a port. Pure: the proof goes in, words come out.
//
// "Ours" is said only when all of it is so: the socket's cookie is one that an engine of this site
// tells over its authenticated connection, the process that has the socket is that engine, its
// program is the installed file, nobody else has the socket, and nothing can take a part of its
// traffic. One that could not be looked at makes it "ours-degraded", one that is not so a worse.
#pragma once

#include "ports/ports.h"

enum ports_verdict {
#define PORTS_VERDICT(NAME, name, severity, matters, advice) PORTS_IS_##NAME,
#include "ports/verdict.tbl.h"
#undef PORTS_VERDICT
    PORTS_VERDICTS
};
const char *ports_verdict_name(enum ports_verdict verdict);
const char *ports_verdict_matters(enum ports_verdict verdict); // why it matters
const char *ports_verdict_advice(enum ports_verdict verdict);  // what to do

enum ports_severity { PORTS_OK, PORTS_NOTE, PORTS_WARNING, PORTS_CRITICAL };
const char *ports_severity_name(enum ports_severity severity);

// An answer that may be missing.
enum ports_answer { PORTS_UNKNOWN, PORTS_NO, PORTS_YES };

// What is known about one holder of a port.
struct ports_proof {
    const struct ports_holder *holder; // borrowed
    bool engine_port;          // an engine has this port by its role; ours, where one runs here
    bool engine_expected;      // one of ours should be on it on this host
    enum ports_answer claimed; // an engine of ours tells this cookie; unknown: none could be asked
    int claimed_pid;           // and says that it is this process
    bool silent;               // the engine on it was asked, and did not answer in time
    enum ports_answer installed; // the program is the engine's installed file
    const char *site_trouble;    // why no engine could be asked; NULL: one was, or none is expected
    enum ports_answer identity;  // the port showed a certificate of this site with the right role
    bool identity_applies;       // it is a port that speaks TLS with certificates of engines
    bool searched_all;           // nobody else was found with this socket, and all were asked
    const struct ports_holder *rival; // can take a part of its traffic; NULL: none
    const char *allowed;              // an expectation names this holder; NULL: none does
};

struct ports_opinion {
    enum ports_verdict verdict;
    enum ports_severity severity;
    char why[400]; // what was seen, as sentences
};

void ports_judge(const struct ports_proof *proof, struct ports_opinion *opinion);

// Of a port that nobody holds.
void ports_judge_empty(uint16_t port, bool engine_expected, enum ports_answer free,
                       struct ports_opinion *opinion);

// Can `other` take connections or datagrams that are meant for `holder`? Both are on the same port.
bool ports_is_rival(const struct ports_holder *holder, const struct ports_holder *other);
