// schedules: the administrator's side of schedule.c: schedules are listed, set, removed and run
// now, and what their runs did is told.
// no unit test: tests/unit/cas/test_schedule.c asks it

#include "cas/absent.h"
#include "cas/schedule.h"

#include <stdio.h>

enum { SCHEDULES_DRY_SLICES = 100 };

static size_t schedules_most(uint32_t limit)
{
    return limit == 0 || limit > CAS_LIST_MOST ? CAS_LIST_MOST : limit;
}

static Quoin__V1__ScheduleRun *schedules_run(struct cas_turn *turn, const struct cas_run *run,
                                             const struct calendar_zone *zone)
{
    Quoin__V1__ScheduleRun *made = cas_message(turn->arena, &quoin__v1__schedule_run__descriptor);
    OWN(buf_free) struct buf due = BUF_CAP(100);
    made->name = cas_text(turn->arena, str_of(run->name));
    made->due_at = run->due_at;
    made->started_at = run->started_at;
    made->done_at = run->done_at;
    made->how = cas_text(turn->arena, str_of(run->how));
    made->count = run->count;
    made->amount = run->amount;
    made->failed = run->failed;
    made->result = cas_text(turn->arena, str_of(run->result));
    if (zone != NULL) {
        calendar_add_text(&due, zone, run->due_at);
        made->due = cas_text(turn->arena, buf_str(&due));
    }
    return made;
}

static const struct cas_schedule *schedules_find(const struct cas_schedule *all, size_t count,
                                                 struct str name)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(all[i].name, name)) {
            return &all[i];
        }
    }
    return NULL;
}

// The zone that its due times are told in: the schedule's, or the site's where it is no more.
static bool schedules_zone(struct cas *cas, struct str name, const struct calendar_zone **zone,
                           struct err *err)
{
    const struct cas_schedule *all;
    const struct calendar_site *site;
    size_t count;
    if (!cas_schedules_all(cas, &all, &count, err) || !cas_site_time(cas, &site, err)) {
        return false;
    }
    const struct cas_schedule *schedule = schedules_find(all, count, name);
    *zone = schedule == NULL ? site->zone : schedule->zone;
    return true;
}

static bool schedules_reply(struct cas *cas, struct cas_turn *turn,
                            const struct cas_schedule *schedule, Quoin__V1__Schedule **reply,
                            struct err *err)
{
    Quoin__V1__Schedule *made = cas_message(turn->arena, &quoin__v1__schedule__descriptor);
    struct cas_run last;
    size_t count;
    *made = *schedule->said;
    made->name = cas_text(turn->arena, schedule->name);
    made->since = schedule->since;
    if (!cas_schedule_next(schedule, turn->now, &made->next)) {
        made->next = 0;
    }
    if (!cas_run_list(cas, schedule->name, INT64_MAX, 1, turn->arena, &last, &count, err)) {
        return false;
    }
    made->last = count == 1 ? schedules_run(turn, &last, schedule->zone) : NULL;
    *reply = made;
    return true;
}

CAS_CORE(cas_schedules_list)
{
    const Quoin__V1__ListSchedulesRequest *list = (const Quoin__V1__ListSchedulesRequest *)ask;
    Quoin__V1__ListSchedulesReply *made =
        cas_message(turn->arena, &quoin__v1__list_schedules_reply__descriptor);
    size_t most = schedules_most(list->limit);
    const struct cas_schedule *all;
    size_t count;
    if (!cas_schedules_all(cas, &all, &count, err)) {
        return false;
    }
    made->schedules = arena_new_array(turn->arena, most, sizeof(*made->schedules));
    for (size_t i = 0; i < count && !made->more; i++) {
        if (strcmp(cas_text(turn->arena, all[i].name), list->after) <= 0) {
            continue;
        }
        made->more = made->n_schedules == most;
        if (!made->more &&
            !schedules_reply(cas, turn, &all[i], &made->schedules[made->n_schedules++], err)) {
            return false;
        }
    }
    *reply = &made->base;
    return true;
}

// ---- changing -----------------------------------------------------------------------------------

// Asked only of what is written: one that an earlier release took keeps no other from running.
static bool schedules_gives(const Quoin__V1__Schedule *said, struct err *err)
{
    return said->grant == NULL || said->grant->amount > 0 ||
           strcmp(said->grant->mode, "set-to") == 0 ||
           err_set(err, ERR_INVALID, "a grant says how much; its amount is more than nothing");
}

bool cas_schedule_prepare(struct cas *cas, struct cas_turn *turn, const char *name,
                          Quoin__V1__Schedule *said, struct cas_schedule *schedule, struct err *err)
{
    if (said->grant != NULL &&
        (!cas_names_fold(turn, said->grant->users, said->grant->n_users, false, err) ||
         !cas_names_fold(turn, said->grant->groups, said->grant->n_groups, false, err) ||
         !cas_names_fold(turn, said->grant->departments, said->grant->n_departments, true, err))) {
        return false;
    }
    said->name = cas_text(turn->arena, STR(""));
    said->since = said->next = 0;
    said->last = NULL;
    said->n_warnings = 0;
    return cas_schedule_read(cas, said, str_of(name), turn->arena, schedule, err) &&
           schedules_gives(said, err);
}

CAS_CORE(cas_schedules_set)
{
    const Quoin__V1__SetScheduleRequest *set = (const Quoin__V1__SetScheduleRequest *)ask;
    Quoin__V1__Schedule *said = set->schedule;
    struct cas_schedule schedule;
    if (said == NULL) {
        return err_set(err, ERR_INVALID, "the request does not say what the schedule is");
    }
    Quoin__V1__Schedule *kept = cas_message(turn->arena, &quoin__v1__schedule__descriptor);
    *kept = *said;
    if (said->grant != NULL &&
        !money_check_units((const int64_t[]){ said->grant->amount, said->grant->cap }, 2, err)) {
        return false;
    }
    if (!cas_schedule_prepare(cas, turn, said->name, kept, &schedule, err)) {
        return false;
    }
    const struct config_edit edit = { .kind = STR("schedule"),
                                      .name = str_of(said->name),
                                      .body = cas_pack(turn->arena, &kept->base) };
    struct cas_absent absent;
    if (!cas_config_set(cas, turn, set->key, &edit, set->why, "a schedule", err) ||
        !cas_absent_find(cas, turn, &edit, 1, &absent, err)) {
        return false;
    }
    Quoin__V1__Schedule *made;
    schedule.since = turn->now;
    if (!schedules_reply(cas, turn, &schedule, &made, err)) {
        return false;
    }
    made->warnings = absent.texts;
    made->n_warnings = absent.count;
    *reply = &made->base;
    return true;
}

static bool schedules_need(struct cas *cas, const char *name, const struct cas_schedule **schedule,
                           struct err *err)
{
    const struct cas_schedule *all;
    size_t count;
    if (!cas_schedules_all(cas, &all, &count, err)) {
        return false;
    }
    *schedule = schedules_find(all, count, str_of(name));
    return *schedule != NULL || err_set(err, ERR_NOT_FOUND, "there is no schedule \"%.64s\"", name);
}

CAS_CORE(cas_schedules_remove)
{
    const Quoin__V1__RemoveScheduleRequest *gone = (const Quoin__V1__RemoveScheduleRequest *)ask;
    const struct cas_schedule *schedule;
    Quoin__V1__Schedule *made;
    if (!schedules_need(cas, gone->name, &schedule, err) ||
        !schedules_reply(cas, turn, schedule, &made, err)) {
        return false;
    }
    const struct config_edit edit = { .kind = STR("schedule"),
                                      .name = str_of(gone->name),
                                      .is_removal = true };
    *reply = &made->base;
    return cas_config_set(cas, turn, gone->key, &edit, gone->why, "a schedule is no more", err);
}

// ---- running ------------------------------------------------------------------------------------

static bool schedules_dry(struct cas *cas, struct cas_turn *turn,
                          const struct cas_schedule *schedule, const ProtobufCMessage **reply,
                          struct err *err)
{
    struct cas_run run = { .due_at = turn->now, .started_at = turn->now, .how = "now" };
    bool is_done = false;
    memcpy(run.name, schedule->name.ptr, schedule->name.len);
    for (int i = 0; i < SCHEDULES_DRY_SLICES && !is_done; i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(CAS_ARENA_MAX);
        struct cas_turn slice = *turn;
        slice.arena = &arena;
        if (!schedule->task->slice(cas, &slice, schedule->said, &run, true, &is_done, err)) {
            return false;
        }
    }
    if (!is_done && run.failed == 0) {
        (void)snprintf(run.result, sizeof(run.result), "and more: only the first %d were looked at",
                       SCHEDULES_DRY_SLICES * CAS_RUN_SLICE);
    }
    run.done_at = turn->now;
    *reply = &schedules_run(turn, &run, schedule->zone)->base;
    return true;
}

// The run that a key began, if it was used.
static bool schedules_repeat(struct cas *cas, struct cas_turn *turn,
                             const Quoin__V1__RunScheduleRequest *ask, int64_t *due_at, bool *found,
                             struct err *err)
{
    struct ledger_key key = cas_key(ask->key);
    struct str first;
    if (!cas_store_once(cas, &key, turn->arena, &first, due_at, found, err)) {
        return false;
    }
    return !*found || str_eq(first, cas_pack(turn->arena, &ask->base)) ||
           err_set(err, ERR_CONFLICT,
                   "the key was used before for something else; a new request "
                   "needs a new key");
}

CAS_CORE(cas_schedules_run)
{
    const Quoin__V1__RunScheduleRequest *asked = (const Quoin__V1__RunScheduleRequest *)ask;
    struct ledger_key key = cas_key(asked->key);
    const struct cas_schedule *schedule;
    const struct calendar_zone *zone;
    struct cas_run run;
    int64_t due_at = turn->now;
    bool found;
    if (!schedules_repeat(cas, turn, asked, &due_at, &found, err)) {
        return false;
    }
    if (!found) {
        if (!schedules_need(cas, asked->name, &schedule, err)) {
            return false;
        }
        if (asked->dry_run) {
            return schedules_dry(cas, turn, schedule, reply, err);
        }
        for (bool made = false; !made; due_at += made ? 0 : 1) {
            if (!cas_schedule_begin(cas, turn->arena, schedule, due_at, turn->now, "now", &made,
                                    err)) {
                return false;
            }
        }
        if (!cas_store_once_add(cas, &key, cas_pack(turn->arena, ask), due_at, turn->now, err)) {
            return false;
        }
    }
    if (!cas_run_get(cas, str_of(asked->name), due_at, turn->arena, &run, &found, err) ||
        !schedules_zone(cas, str_of(asked->name), &zone, err)) {
        return false;
    }
    *reply = &schedules_run(turn, &run, zone)->base;
    return found || err_set(err, ERR_INTERNAL, "run %.64s is gone", asked->name);
}

CAS_CORE(cas_schedules_get_run)
{
    const Quoin__V1__GetScheduleRunRequest *get = (const Quoin__V1__GetScheduleRunRequest *)ask;
    const struct calendar_zone *zone;
    struct cas_run run;
    bool found;
    if (!cas_run_get(cas, str_of(get->name), get->due_at, turn->arena, &run, &found, err) ||
        !schedules_zone(cas, str_of(get->name), &zone, err)) {
        return false;
    }
    if (!found) {
        return err_set(err, ERR_NOT_FOUND, "there is no such run of \"%.64s\"", get->name);
    }
    *reply = &schedules_run(turn, &run, zone)->base;
    return true;
}

CAS_CORE(cas_schedules_runs)
{
    const Quoin__V1__ListScheduleRunsRequest *list =
        (const Quoin__V1__ListScheduleRunsRequest *)ask;
    Quoin__V1__ListScheduleRunsReply *made =
        cas_message(turn->arena, &quoin__v1__list_schedule_runs_reply__descriptor);
    size_t most = schedules_most(list->limit);
    struct cas_run *runs = arena_new_array(turn->arena, most + 1, sizeof(*runs));
    size_t count;
    if (!cas_run_list(cas, str_of(list->name), list->before == 0 ? INT64_MAX : list->before,
                      most + 1, turn->arena, runs, &count, err)) {
        return false;
    }
    made->more = count > most;
    made->n_runs = made->more ? most : count;
    made->runs = arena_new_array(turn->arena, made->n_runs, sizeof(*made->runs));
    for (size_t i = 0; i < made->n_runs; i++) {
        const struct calendar_zone *zone;
        if (!schedules_zone(cas, str_of(runs[i].name), &zone, err)) {
            return false;
        }
        made->runs[i] = schedules_run(turn, &runs[i], zone);
    }
    *reply = &made->base;
    return true;
}
