// policyload: how many jobs a second ten rules decide, and how many jobs of the past they are tried
// on, in user time of one core.
//
// Usage: policyload FILE           on works in memory
//        policyload FILE FOLDER    on the history of a site that scaleload filled
#include "base/clk.h"
#include "cas/cas_int.h"
#include "cas/walks.h"
#include "policy/review.h"
#include "proto/policy.pb-c.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

enum { WORKS = 4096, JOBS = 2000000, PEOPLE = 20000 };

static double user_s(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6;
}

static uint32_t seed = 1;
static uint32_t next(uint32_t below)
{
    seed = seed * 1664525 + 1013904223;
    return (uint32_t)(((uint64_t)seed * below) >> 32);
}

static char names[PEOPLE][16];
static uint8_t digests[WORKS][32];

static void fill(struct work *work, uint32_t i)
{
    static const char *const documents[] = { "Microsoft Word - Lecture 7.docx", "thesis final.pdf",
                                             "https://portal/timetable", "Untitled",
                                             "exam results" };
    static const char *const departments[] = { "science/physics", "law", "arts/music",
                                               "science/math" };
    uint32_t pages = 1 + next(next(10) == 0 ? 700 : 12);
    bool color = next(3) == 0;
    *work = (struct work){ .queue = STR("library"),
                           .printer = STR("lib-2"),
                           .document = str_of(documents[next(5)]),
                           .format = STR("application/pdf"),
                           .user = str_of(names[next(PEOPLE)]),
                           .department = str_of(departments[next(4)]),
                           .groups = { STR("everyone"), STR("library"),
                                       next(5) == 0 ? STR("staff") : STR("students") },
                           .group_count = 3,
                           .copies = 1,
                           .digest = { (const char *)digests[i % WORKS], 32 },
                           .cost = { pages * 5000 },
                           .available = { 1000000 },
                           .classes = { { .page = { PAGE_NORMAL, false, false, next(2) == 0, pages,
                                                    (pages + 1) / 2 } },
                                        { .page = { PAGE_NORMAL, true, false, false, 2, 2 } } },
                           .class_count = color ? 2 : 1 };
    for (int k = 0; k < 8; k++) {
        digests[i % WORKS][k] = (uint8_t)next(256);
    }
}

static void report(const char *what, double took)
{
    printf("%-44s %10.0f a second of user time (%.2f s for %d)\n", what, JOBS / took, took, JOBS);
}

static void on_part(void *arg, const ProtobufCMessage *part)
{
    const Quoin__V1__TryPolicyReply *reply = (const Quoin__V1__TryPolicyReply *)part;
    ++*(int *)arg;
    if (reply->done) {
        printf("%lld read, %lld tried, %lld denied, %lld people\n", (long long)reply->read,
               (long long)reply->tried, (long long)reply->denied, (long long)reply->people);
    }
}

static int try_history(const char *file, struct str text, const char *folder)
{
    struct arena arena = ARENA_CAP(CAS_ARENA_MAX);
    Quoin__V1__TryPolicyRequest request = QUOIN__V1__TRY_POLICY_REQUEST__INIT;
    struct cas_turn turn = {
        .arena = &arena, .role = "admin", .host = "bench", .now = INT64_MAX / 2
    };
    struct cas *cas = NULL;
    struct err err;
    char dsn[300];
    int slices = 0;
    snprintf(dsn, sizeof(dsn), "sqlite:%s/cas.db", folder);
    if (!cas_open(&cas, &(struct cas_options){ .dsn = dsn }, &err)) {
        fprintf(stderr, "policyload: %s\n", err.text);
        return 1;
    }
    const char *slash = strrchr(file, '/');
    request.file = arena_text(&arena, str_of(slash == NULL ? file : slash + 1));
    request.text.data = (uint8_t *)arena_text(&arena, text);
    request.text.len = text.len;
    double start = user_s();
    int64_t from = clk_mono_ms();
    bool ok = db_begin(cas_db(cas), &err) &&
              cas_walk_run(cas, &turn, &request.base, on_part, &slices, &err);
    db_rollback(cas_db(cas));
    printf("dry run: %.2f s of user time, %.2f s by the clock, %d slices%s%s\n", user_s() - start,
           (double)(clk_mono_ms() - from) / 1000, slices, ok ? "" : ": ", ok ? "" : err.text);
    cas_close(&cas);
    return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct arena arena = ARENA_CAP(POLICY_REVIEW_ARENA);
    struct policy_set set;
    struct err err;
    static char text[POLICY_TEXT_MAX];
    static struct work works[WORKS];
    FILE *file = argc >= 2 ? fopen(argv[1], "rb") : NULL;
    size_t len = file == NULL ? 0 : fread(text, 1, sizeof(text), file);
    if (len == 0 || !policy_compile((struct str){ text, len }, argv[1], &arena, &set, NULL, &err)) {
        fprintf(stderr, "usage: policyload FILE (%s)\n", len == 0 ? "cannot read it" : err.text);
        return 2;
    }
    fclose(file);
    if (argc == 3) {
        return try_history(argv[1], (struct str){ text, len }, argv[2]);
    }
    for (uint32_t i = 0; i < PEOPLE; i++) {
        snprintf(names[i], sizeof(names[i]), "person%u", i);
    }
    for (uint32_t i = 0; i < WORKS; i++) {
        fill(&works[i], i);
    }
    const struct policy_set *sets[] = { &set };
    int64_t sum = 0;
    double start = user_s();
    for (int i = 0; i < JOBS; i++) {
        struct expr_env env = expr_env_of(&works[i % WORKS], expr_local_of((int64_t)i * 60000));
        struct policy_outcome outcome;
        policy_decide(&(struct policy_ask){ .sets = sets, .count = 1, .env = &env }, &outcome);
        sum += outcome.verdict;
    }
    printf("%zu rules\n", set.rule_count);
    report("decisions (all rules of the file)", user_s() - start);
    struct policy_review review;
    if (!policy_review_start(&review, &set, &arena, &err)) {
        return 1;
    }
    start = user_s();
    for (int i = 0; i < JOBS; i++) {
        struct work *work = &works[i % WORKS];
        work->at = (int64_t)i * 1000;
        const struct policy_review_charge charge = { work->cost, work->cost, 0 };
        policy_review_work(&review, work, expr_local_of(work->at), &charge);
    }
    report("jobs of the past tried", user_s() - start);
    printf("%lld denied of %lld, %lld people (%lld)\n", (long long)review.sums.denied,
           (long long)review.sums.tried, (long long)review.sums.people, (long long)sum);
    return 0;
}
