#include "base/str.h"
#include "lib/tap.h"
#include "ports/verdict.h"

static struct ports_holder holder_of(enum ports_state state, const char *address, uint64_t cookie)
{
    struct ports_holder holder = { .state = state,
                                   .port = 2940,
                                   .family = 4,
                                   .cookie = cookie,
                                   .pid = 7,
                                   .space = 1,
                                   .inode = 5 };
    (void)snprintf(holder.address, sizeof(holder.address), "%s", address);
    return holder;
}

// All that is needed to be ours; each case then takes something away.
static struct ports_proof whole(const struct ports_holder *holder)
{
    return (struct ports_proof){ .holder = holder,
                                 .engine_port = true,
                                 .engine_expected = true,
                                 .claimed = PORTS_YES,
                                 .claimed_pid = 7,
                                 .installed = PORTS_YES,
                                 .identity = PORTS_YES,
                                 .identity_applies = true,
                                 .searched_all = true };
}

static void judge(const char *name, const struct ports_proof *proof, enum ports_verdict want)
{
    struct ports_opinion opinion;
    ports_judge(proof, &opinion);
    tap_result(opinion.verdict == want && opinion.why[0] != '\0', name, __FILE__, __LINE__);
    if (opinion.verdict != want) {
        printf("# %s: %s\n", ports_verdict_name(opinion.verdict), opinion.why);
    }
}

static void test_ours_wants_all_of_it(void)
{
    struct ports_holder holder = holder_of(PORTS_LISTENING, "127.0.0.1", 1);
    struct ports_holder rival = holder_of(PORTS_LISTENING, "*", 2);
    struct ports_proof proof = whole(&holder);
    judge("all agrees", &proof, PORTS_IS_OURS);
    proof.searched_all = false;
    judge("not everybody was asked", &proof, PORTS_IS_OURS_DEGRADED);
    proof = whole(&holder);
    proof.identity = PORTS_UNKNOWN;
    judge("certificate not asked for", &proof, PORTS_IS_OURS_DEGRADED);
    proof.identity = PORTS_NO;
    judge("certificate of another", &proof, PORTS_IS_IMPOSTOR);
    proof = whole(&holder);
    proof.installed = PORTS_UNKNOWN;
    judge("program not compared", &proof, PORTS_IS_OURS_DEGRADED);
    proof.installed = PORTS_NO;
    judge("copied program", &proof, PORTS_IS_IMPOSTOR);
    proof = whole(&holder);
    proof.claimed_pid = 8;
    judge("the socket went to another process", &proof, PORTS_IS_IMPOSTOR);
    proof.searched_all = false;
    judge("another process, not everybody was asked", &proof, PORTS_IS_OURS_DEGRADED);
    proof = whole(&holder);
    proof.rival = &rival;
    judge("a rival", &proof, PORTS_IS_SHADOWED);
    proof = whole(&holder);
    holder.more_processes = 1;
    holder.others[0] = 9;
    judge("inherited by another", &proof, PORTS_IS_SHADOWED);
    holder.pid = 9;
    holder.others[0] = 7;
    judge("inherited by another, who is found first", &proof, PORTS_IS_SHADOWED);
    holder = holder_of(PORTS_LISTENING, "127.0.0.1", 1);
    holder.pid = 0;
    judge("its process is not seen", &proof, PORTS_IS_OURS_DEGRADED);
    holder.pid = 7;
    holder.traced = true;
    judge("a debugger", &proof, PORTS_IS_OURS_DEGRADED);
    holder.traced = false;
    holder.preloaded = true;
    judge("LD_PRELOAD", &proof, PORTS_IS_OURS_DEGRADED);
    holder.preloaded = false;
    holder.program_gone = true;
    proof.installed = PORTS_NO;
    judge("its program was replaced", &proof, PORTS_IS_OURS_DEGRADED);
    holder.program_gone = false;
    proof = whole(&holder);
    holder.elsewhere = true;
    judge("in another namespace", &proof, PORTS_IS_IMPOSTOR);
}

static void test_others_are_told_apart(void)
{
    struct ports_holder holder = holder_of(PORTS_LISTENING, "127.0.0.1", 1);
    struct ports_proof proof = whole(&holder);
    proof.claimed = PORTS_NO;
    judge("nobody claims it", &proof, PORTS_IS_IMPOSTOR);
    proof.claimed = PORTS_UNKNOWN;
    proof.identity = PORTS_NO;
    judge("no certificate", &proof, PORTS_IS_IMPOSTOR);
    proof.identity = PORTS_UNKNOWN;
    judge("our program, nothing proven", &proof, PORTS_IS_BLIND);
    proof.silent = true;
    judge("our program, which answers nobody", &proof, PORTS_IS_SILENT);
    holder.pid = 0;
    judge("it answers nobody, and who it is is not seen", &proof, PORTS_IS_BLIND);
    holder.pid = 7;
    proof.installed = PORTS_NO;
    judge("another program that answers nobody", &proof, PORTS_IS_IMPOSTOR);
    proof.silent = false;
    proof.installed = PORTS_NO;
    judge("another program where ours should be", &proof, PORTS_IS_IMPOSTOR);
    proof.engine_expected = false;
    judge("another program, nobody expects ours", &proof, PORTS_IS_FOREIGN);
    proof.allowed = "expected: 2940=x";
    judge("somebody said so", &proof, PORTS_IS_EXPECTED);
    proof.allowed = NULL;
    proof.searched_all = false;
    holder.pid = 0;
    judge("nobody may be seen", &proof, PORTS_IS_BLIND);
    proof.searched_all = true;
    judge("everybody was seen, nobody has it", &proof, PORTS_IS_FOREIGN);
    holder.state = PORTS_BOUND;
    judge("bound", &proof, PORTS_IS_HELD);
    holder.state = PORTS_TAP;
    (void)snprintf(holder.rule, sizeof(holder.rule), "its filter names port 2940");
    judge("a tap", &proof, PORTS_IS_LISTENED_TO);
    holder.state = PORTS_FORWARDED;
    judge("a forward", &proof, PORTS_IS_FORWARDED);
}

static void test_a_port_that_nobody_holds(void)
{
    struct ports_opinion opinion;
    ports_judge_empty(2940, false, PORTS_YES, &opinion);
    CHECK(opinion.verdict == PORTS_IS_QUIET && opinion.severity == PORTS_OK);
    ports_judge_empty(2940, true, PORTS_YES, &opinion);
    CHECK(opinion.verdict == PORTS_IS_MISSING && opinion.severity == PORTS_WARNING);
    ports_judge_empty(2940, false, PORTS_NO, &opinion);
    CHECK(opinion.verdict == PORTS_IS_HIDDEN && opinion.severity == PORTS_CRITICAL);
}

static void test_rivals(void)
{
    const struct ports_holder ours = holder_of(PORTS_LISTENING, "127.0.0.1", 1);
    struct ports_holder other = holder_of(PORTS_LISTENING, "127.0.0.1", 2);
    CHECK(ports_is_rival(&ours, &other)); // SO_REUSEPORT
    CHECK(!ports_is_rival(&ours, &ours));
    (void)snprintf(other.address, sizeof(other.address), "192.0.2.1");
    CHECK(!ports_is_rival(&ours, &other));
    (void)snprintf(other.address, sizeof(other.address), "*");
    CHECK(ports_is_rival(&ours, &other));
    other.family = 6;
    other.v6_only = true;
    CHECK(ports_is_rival(&ours, &other)); // the other half
    (void)snprintf(other.address, sizeof(other.address), "::1");
    CHECK(ports_is_rival(&ours, &other)); // "localhost"
    other.space = 2;
    CHECK(!ports_is_rival(&ours, &other));
    other = holder_of(PORTS_UDP, "127.0.0.1", 2);
    CHECK(!ports_is_rival(&ours, &other)); // another transport
    struct ports_holder udp = holder_of(PORTS_UDP, "*", 3);
    CHECK(ports_is_rival(&udp, &other)); // the narrower one takes the datagrams
}

int main(void)
{
    test_ours_wants_all_of_it();
    test_others_are_told_apart();
    test_a_port_that_nobody_holds();
    test_rivals();
    for (int i = 0; i < PORTS_VERDICTS; i++) {
        CHECK(ports_verdict_matters((enum ports_verdict)i)[0] != '\0');
        CHECK(ports_verdict_advice((enum ports_verdict)i)[0] != '\0');
    }
    return tap_done();
}
