// held: the jobs that wait for people: their own, those that were sent to them or their groups, one
// by its release key, and those of which nobody knows for sure whose they are. What is asked for is
// found by its owner or by its marks, however many others wait. Loop thread.
//
// no unit test: needs the whole engine; tests/it/test_hold.py lists what waits.

#include "dre/calls_int.h"

#include <stdio.h>
#include <stdlib.h>

enum { NAMES_MAX = 512, IDS_FIRST = 64 };

struct finding {
    const struct dre *dre; // borrowed
    struct arena *arena;
    uint32_t after;
    uint32_t *ids; // in the arena
    size_t count;
    size_t size;
};

static bool waits(const struct job *job)
{
    return job->core.state == JOB_HELD ||
           (job->core.state == JOB_RESERVING && job->core.reason == JOB_REASON_CAS_AWAY);
}

static void take(struct finding *finding, const struct job *job)
{
    bool is_copy = job != NULL && job->origin != 0 && dre_job_is_prepared(&job->core);
    if (job == NULL || !waits(job) || is_copy || job->id <= finding->after) {
        return; // a copy that is to go with others in a moment is nobody's choice
    }
    if (finding->count == finding->size) {
        size_t size = finding->size == 0 ? IDS_FIRST : finding->size * 2;
        uint32_t *ids = arena_new_array(finding->arena, size, sizeof(*ids));
        if (ids == NULL) {
            return; // the arena is marked, and the call refused
        }
        if (finding->count > 0) {
            memcpy(ids, finding->ids, finding->count * sizeof(*ids));
        }
        finding->ids = ids;
        finding->size = size;
    }
    finding->ids[finding->count++] = job->id;
}

static void take_marked(struct finding *finding, const char *kind, struct str word)
{
    char marked[TABLE_NAME_MAX * 4];
    int len = snprintf(marked, sizeof(marked), "%s%.*s", kind, (int)word.len, word.ptr);
    if (len < 0 || (size_t)len >= sizeof(marked)) {
        return;
    }
    const struct mark *mark =
        dre_marks_find(&finding->dre->table.marks, (struct str){ marked, (size_t)len });
    for (size_t at = 0; mark != NULL && at < mark->count; at++) {
        take(finding, dre_table_job_find(&finding->dre->table, mark->jobs[at]));
    }
}

// unclaimed: those that only claim to be this person's; else those that are.
static void take_owned(struct finding *finding, struct str name, bool unclaimed)
{
    const struct owner *owner = map_find(&finding->dre->table.owners, name);
    const struct job *job = owner == NULL ? NULL : owner->open.first;
    for (; job != NULL; job = job->link[TABLE_BY_OWNER].next) {
        if (((job->core.flags & JOB_FLAG_UNCLAIMED) != 0) == unclaimed) {
            take(finding, job);
        }
    }
}

static void find_unclaimed(struct finding *finding, const char *claimant)
{
    char name[TABLE_NAME_MAX * 2];
    if (claimant[0] == '\0') {
        take_marked(finding, "", STR(TABLE_MARK_UNCLAIMED));
        return;
    }
    take_owned(finding, dre_table_owner_name(str_of(claimant), name, sizeof(name)), true);
    take_owned(finding, STR(""), true);
    take_owned(finding, STR("anonymous"), true);
}

static void find(struct finding *finding, const Quoin__V1__ListHeldRequest *ask)
{
    char name[TABLE_NAME_MAX * 2];
    char key[RELEASE_KEY_LEN + 1];
    for (size_t at = 0; at < ask->n_users; at++) {
        struct str user = dre_table_owner_name(str_of(ask->users[at]), name, sizeof(name));
        take_owned(finding, user, false);
        take_marked(finding, "user:", user);
    }
    for (size_t at = 0; at < ask->n_groups; at++) {
        take_marked(finding, "group:", str_of(ask->groups[at]));
    }
    if (ask->release_key[0] != '\0' && dre_release_key_read(str_of(ask->release_key), key)) {
        take_marked(finding, "", str_of(key));
    }
    if (ask->unclaimed) {
        find_unclaimed(finding, ask->claimant);
    }
}

static int by_id(const void *a, const void *b)
{
    uint32_t first = *(const uint32_t *)a;
    uint32_t second = *(const uint32_t *)b;
    return first < second ? -1 : first > second;
}

static void answer(struct wire_call *call, const struct finding *finding, uint32_t limit,
                   bool tells_key)
{
    struct arena *arena = wire_call_arena(call);
    Quoin__V1__ListJobsReply reply = QUOIN__V1__LIST_JOBS_REPLY__INIT;
    reply.jobs = arena_new_array(arena, limit, sizeof(*reply.jobs));
    for (size_t at = 0; at < finding->count && reply.jobs != NULL; at++) {
        if (at > 0 && finding->ids[at] == finding->ids[at - 1]) {
            continue;
        }
        Quoin__V1__Job *out = arena_new(arena, sizeof(*out));
        if (reply.n_jobs == limit || out == NULL || arena->used > arena->cap / 2) {
            reply.more = true;
            break;
        }
        const struct job *job = dre_table_job_find(&finding->dre->table, finding->ids[at]);
        dre_job_fill(job, arena, out);
        if (tells_key) {
            out->release_key = dre_call_text(arena, str_of(job->release_key));
        }
        reply.jobs[reply.n_jobs++] = out;
    }
    wire_call_answer(call, &reply.base);
}

void dre_list_held(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dre *dre = engine;
    const Quoin__V1__ListHeldRequest *ask = (const void *)asked;
    struct finding finding = { .dre = dre,
                               .arena = wire_call_arena(call),
                               .after = ask->after < 0            ? 0
                                        : ask->after > UINT32_MAX ? UINT32_MAX
                                                                  : (uint32_t)ask->after };
    if (ask->n_users + ask->n_groups > NAMES_MAX) {
        dre_call_refuse(call, ERR_INVALID, "at most 512 users and groups are asked about at once");
        return;
    }
    find(&finding, ask);
    if (!arena_ok(finding.arena)) {
        dre_call_refuse(call, ERR_LIMIT, "too many jobs wait for them to be listed at once");
        return;
    }
    if (finding.count > 1) {
        qsort(finding.ids, finding.count, sizeof(*finding.ids), by_id);
    }
    const char *role = wire_call_role(call);
    // Who signed in is DCE's to say: it tells the key to the owner alone.
    bool tells_key =
        strcmp(role, "admin") == 0 || strcmp(role, "dce") == 0 || ask->release_key[0] != '\0';
    answer(call, &finding, dre_call_limit(ask->limit), tells_key);
}
