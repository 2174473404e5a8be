// verdict: see verdict.h. One question after the other; the first that is answered badly decides.
#include "ports/verdict.h"

#include "base/str.h"
#include <stdio.h>

static const struct {
    const char *name;
    enum ports_severity severity;
    const char *matters;
    const char *advice;
} verdicts[] = {
#define PORTS_VERDICT(NAME, name, severity, matters, advice)                                       \
    [PORTS_IS_##NAME] = { (name), (severity), (matters), (advice) },
#include "ports/verdict.tbl.h"
#undef PORTS_VERDICT
};

const char *ports_verdict_name(enum ports_verdict verdict)
{
    return verdicts[verdict].name;
}

const char *ports_verdict_matters(enum ports_verdict verdict)
{
    return verdicts[verdict].matters;
}

const char *ports_verdict_advice(enum ports_verdict verdict)
{
    return verdicts[verdict].advice;
}

const char *ports_severity_name(enum ports_severity severity)
{
    static const char *const names[] = { [PORTS_OK] = "ok",
                                         [PORTS_NOTE] = "note",
                                         [PORTS_WARNING] = "warning",
                                         [PORTS_CRITICAL] = "critical" };
    return names[severity];
}

static bool is_any(const struct ports_holder *holder)
{
    return strcmp(holder->address, "*") == 0;
}

// "localhost" is both.
static bool is_loopback(const struct ports_holder *holder)
{
    return strcmp(holder->address, "::1") == 0 || strncmp(holder->address, "127.", 4) == 0;
}

bool ports_is_rival(const struct ports_holder *holder, const struct ports_holder *other)
{
    bool sockets = (other->state == PORTS_LISTENING && holder->state == PORTS_LISTENING) ||
                   (other->state == PORTS_UDP && holder->state == PORTS_UDP);
    if (!sockets || holder->port != other->port || holder->space != other->space ||
        holder->cookie == other->cookie) {
        return false;
    }
    // Of two addresses that are not the same each has its own callers; a wildcard has what nobody
    // has more exactly. The two halves of "all addresses" are one port to whoever calls a name.
    return strcmp(holder->address, other->address) == 0 || is_any(holder) || is_any(other) ||
           (holder->family != other->family && is_loopback(holder) && is_loopback(other));
}

static void say(struct ports_opinion *opinion, const char *words)
{
    size_t len = strlen(opinion->why);
    (void)snprintf(opinion->why + len, sizeof(opinion->why) - len, "%s%s", len > 0 ? "; " : "",
                   words);
}

static void decide(struct ports_opinion *opinion, enum ports_verdict verdict, const char *words)
{
    opinion->verdict = verdict;
    opinion->severity = verdicts[verdict].severity;
    say(opinion, words);
}

// What is not a socket of its own kind: bound, tapped, forwarded.
static bool judge_state(const struct ports_proof *proof, struct ports_opinion *opinion)
{
    const struct ports_holder *holder = proof->holder;
    if (holder->state == PORTS_TAP) {
        decide(opinion, PORTS_IS_LISTENED_TO, holder->rule);
        if (holder->port == 0) { // of all ports alike: somebody looks at packets
            opinion->severity = PORTS_WARNING;
        }
        return true;
    }
    if (holder->state == PORTS_FORWARDED) {
        decide(opinion, PORTS_IS_FORWARDED, holder->rule);
        if (holder->peer[0] != '\0') {
            say(opinion, "to");
            say(opinion, holder->peer);
        }
        return true;
    }
    if (holder->state == PORTS_BOUND && proof->claimed != PORTS_YES) {
        decide(opinion, PORTS_IS_HELD, "the port is taken by a socket that does not listen");
        if (!proof->engine_port) {
            opinion->severity = PORTS_NOTE;
        }
        return true;
    }
    return false;
}

static void judge_stranger(const struct ports_proof *proof, struct ports_opinion *opinion)
{
    if (proof->allowed != NULL) {
        decide(opinion, PORTS_IS_EXPECTED, proof->allowed);
    } else if (proof->engine_expected && proof->claimed == PORTS_NO) {
        decide(opinion, PORTS_IS_IMPOSTOR, "no engine of this site says that it is its socket");
    } else if (proof->identity == PORTS_NO) {
        decide(
            opinion, PORTS_IS_IMPOSTOR,
            "it was asked who it is, and showed no certificate of this site with the right role");
    } else if (proof->installed == PORTS_YES && proof->silent && proof->holder->pid != 0) {
        decide(opinion, PORTS_IS_SILENT, "the program is Quoin's, and it did not answer");
    } else if (proof->installed == PORTS_YES) {
        decide(opinion, PORTS_IS_BLIND,
               "the program is Quoin's, and nothing proves that it is this site's");
    } else if (proof->claimed == PORTS_UNKNOWN && proof->holder->pid == 0 && !proof->searched_all) {
        decide(opinion, PORTS_IS_BLIND, "the process may not be seen");
    } else if (proof->engine_expected) {
        decide(opinion, PORTS_IS_IMPOSTOR,
               "an engine of this site should be here, and the program "
               "is another");
    } else {
        decide(opinion, PORTS_IS_FOREIGN, "no engine of ours says that it is its socket");
        if (proof->engine_port) {
            opinion->severity = PORTS_WARNING;
        }
    }
    if (proof->holder->pid == 0 && proof->searched_all) {
        say(opinion, "no process has a descriptor of it: io_uring or the kernel has it");
    }
    if (proof->installed == PORTS_NO && proof->engine_port) {
        say(opinion, "the program is not the installed one");
    }
    if (proof->site_trouble != NULL) {
        say(opinion, proof->site_trouble);
    }
}

// An engine tells the cookie: what speaks against it all the same.
static bool judge_claimed(const struct ports_proof *proof, struct ports_opinion *opinion)
{
    const struct ports_holder *holder = proof->holder;
    bool among = holder->pid == proof->claimed_pid;
    for (size_t i = 0; i < sizeof(holder->others) / sizeof(holder->others[0]); i++) {
        among = among || (holder->others[i] != 0 && holder->others[i] == proof->claimed_pid);
    }
    char words[160];
    if (holder->elsewhere) {
        decide(opinion, PORTS_IS_IMPOSTOR, "it is in another network namespace than the engine");
    } else if (holder->pid != 0 && !among && proof->searched_all) {
        decide(opinion, PORTS_IS_IMPOSTOR,
               "the socket was the engine's, and another process has it now");
    } else if (holder->more_processes > 0) {
        int stranger = among && holder->pid == proof->claimed_pid ? holder->others[0] : holder->pid;
        (void)snprintf(words, sizeof(words),
                       "process %d has the engine's own socket too, and can take its callers",
                       stranger);
        decide(opinion, PORTS_IS_SHADOWED, words);
    } else if (proof->rival != NULL) {
        (void)snprintf(words, sizeof(words),
                       "a socket of user %s on %s can take a part of what is meant for it",
                       proof->rival->user[0] != '\0' ? proof->rival->user : "?",
                       proof->rival->address);
        decide(opinion, PORTS_IS_SHADOWED, words);
    } else if (proof->installed == PORTS_NO && !holder->program_gone) {
        decide(opinion, PORTS_IS_IMPOSTOR, "the program is not the installed one");
    } else if (proof->identity_applies && proof->identity == PORTS_NO) {
        decide(opinion, PORTS_IS_IMPOSTOR, "it does not show this site's certificate");
    } else {
        return false;
    }
    return true;
}

static void judge_ours(const struct ports_proof *proof, struct ports_opinion *opinion)
{
    const struct {
        bool so;
        const char *words;
    } doubts[] = {
        { proof->holder->program_gone, "its program file was replaced since: start it anew" },
        { proof->holder->pid == 0, "its process may not be seen" },
        { proof->holder->pid != 0 && proof->holder->pid != proof->claimed_pid,
          "it says that it is another process" },
        { !proof->searched_all, "not every process could be asked whether it has the socket too" },
        { proof->installed == PORTS_UNKNOWN && !proof->holder->program_gone,
          "its program file could not be compared" },
        { proof->identity_applies && proof->identity == PORTS_UNKNOWN,
          "its certificate could not be asked for" },
        { proof->holder->traced, "a debugger has it" },
        { proof->holder->preloaded, "strange libraries are loaded into it (LD_PRELOAD)" },
    };
    size_t count = 0;
    decide(opinion, PORTS_IS_OURS, "the engine says so over its proven connection (socket cookie)");
    for (size_t i = 0; i < sizeof(doubts) / sizeof(doubts[0]); i++) {
        if (doubts[i].so) {
            say(opinion, doubts[i].words);
            count++;
        }
    }
    if (count > 0) {
        opinion->verdict = PORTS_IS_OURS_DEGRADED;
        opinion->severity = proof->holder->traced || proof->holder->preloaded
                                ? PORTS_WARNING
                                : verdicts[PORTS_IS_OURS_DEGRADED].severity;
        return;
    }
    say(opinion, proof->identity_applies ? "its process, its program file and its certificate agree"
                                         : "its process and its program file agree");
    say(opinion, "nobody else has the socket");
}

void ports_judge(const struct ports_proof *proof, struct ports_opinion *opinion)
{
    *opinion = (struct ports_opinion){ .verdict = PORTS_IS_BLIND };
    bool excepted =
        proof->allowed != NULL && proof->claimed != PORTS_YES && !proof->engine_expected;
    if (!excepted && judge_state(proof, opinion)) {
        return;
    }
    if (proof->claimed != PORTS_YES) {
        judge_stranger(proof, opinion);
    } else if (!judge_claimed(proof, opinion)) {
        judge_ours(proof, opinion);
    }
}

void ports_judge_empty(uint16_t port, bool engine_expected, enum ports_answer free,
                       struct ports_opinion *opinion)
{
    char words[120];
    *opinion = (struct ports_opinion){ .verdict = PORTS_IS_QUIET };
    (void)snprintf(words, sizeof(words), "nobody holds port %u", port);
    if (free == PORTS_NO) {
        decide(opinion, PORTS_IS_HIDDEN,
               "no socket is listed, and the kernel says that it is in use");
    } else if (engine_expected) {
        decide(opinion, PORTS_IS_MISSING, words);
    } else {
        decide(opinion, PORTS_IS_QUIET, words);
    }
}
