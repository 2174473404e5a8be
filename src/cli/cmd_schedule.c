// cli/cmd_schedule: what is done at its time, and by which clock.
// no unit test: needs running engines; tests/it ask by every command of a real site
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/scope.h"
#include "cli/value.h"
#include "proto/quota.pb-c.h"

enum { PAGE = 500, LOOK_AGAIN_MS = 100 };

// --- shown --------------------------------------------------------------------------------------

static void run_json(struct json *json, const Quoin__V1__ScheduleRun *run)
{
    json_object(json);
    json_text_field(json, "name", run->name);
    cli_json_time(json, "due_at", run->due_at);
    json_text_field(json, "due", run->due);
    cli_json_time(json, "started_at", run->started_at);
    cli_json_time(json, "done_at", run->done_at);
    json_text_field(json, "how", run->how);
    json_int_field(json, "count", run->count);
    cli_json_money(json, "amount", run->amount);
    json_int_field(json, "failed", run->failed);
    json_text_field(json, "result", run->result);
    json_end(json);
}

static struct cli_scope scope_of(const Quoin__V1__ScheduleGrant *grant)
{
    return (struct cli_scope){ { grant->users, grant->groups, grant->departments },
                               { grant->n_users, grant->n_groups, grant->n_departments } };
}

static const char *does_text(struct cli *cli, const Quoin__V1__Schedule *schedule)
{
    const Quoin__V1__ScheduleGrant *grant = schedule->grant;
    if (grant != NULL && strcmp(schedule->task, "grant") == 0) {
        struct cli_scope scope = scope_of(grant);
        const char *to = grant->all ? "all" : cli_scope_text(cli, &scope, "nobody");
        return strcmp(grant->mode, "up-to") == 0
                   ? arena_textf(&cli->arena, "grant: add %s up to %s, to %s",
                                 cli_money(cli, grant->amount), cli_money(cli, grant->cap), to)
                   : arena_textf(&cli->arena, "grant: %s %s, to %s",
                                 strcmp(grant->mode, "add") == 0 ? "add" : "set to",
                                 cli_money(cli, grant->amount), to);
    }
    return schedule->quota[0] == '\0'
               ? schedule->task
               : arena_textf(&cli->arena, "%s: %s", schedule->task, schedule->quota);
}

static void schedule_json(struct cli *cli, struct json *json, const Quoin__V1__Schedule *schedule)
{
    json_object(json);
    json_text_field(json, "name", schedule->name);
    json_text_field(json, "when", schedule->when);
    json_text_field(json, "zone", schedule->zone);
    json_text_field(json, "do", schedule->task);
    if (schedule->grant != NULL) {
        struct cli_scope scope = scope_of(schedule->grant);
        json_text_field(json, "mode", schedule->grant->mode);
        cli_json_money(json, "amount", schedule->grant->amount);
        cli_json_money(json, "cap", schedule->grant->cap);
        json_text_field(json, "to", schedule->grant->all ? "all" : cli_scope_text(cli, &scope, ""));
        json_text_field(json, "why", schedule->grant->why);
    }
    json_text_field(json, "quota", schedule->quota);
    json_text_field(json, "missed", schedule->missed[0] == '\0' ? "latest" : schedule->missed);
    json_bool_field(json, "suspended", schedule->suspended != 0);
    cli_json_time(json, "next", schedule->next);
    cli_json_warnings(json, schedule->warnings, schedule->n_warnings);
    json_key(json, "last");
    if (schedule->last == NULL) {
        json_null(json);
    } else {
        run_json(json, schedule->last);
    }
    json_end(json);
}

static void schedule_show(struct cli *cli, const Quoin__V1__Schedule *schedule)
{
    if (cli->json) {
        struct json json = json_to(&cli->out);
        schedule_json(cli, &json, schedule);
        buf_addf(&cli->out, "\n");
        return;
    }
    cli_line(cli, "Schedule", "%s%s", schedule->name, schedule->suspended ? " (suspended)" : "");
    cli_line(cli, "When", "%s (%s)", schedule->when,
             schedule->zone[0] == '\0' ? "the site's time" : schedule->zone);
    cli_line(cli, "Does", "%s", does_text(cli, schedule));
    cli_line(cli, "Missed runs", "%s",
             strcmp(schedule->missed, "all") == 0 ? "all are made up for"
                                                  : "the latest is made up for");
    cli_line(cli, "Next", "%s%s", cli_time(cli, schedule->next), schedule->next == 0 ? "" : " UTC");
    if (schedule->last != NULL) {
        cli_line(cli, "Last", "due %s UTC (%s by its clock), %lld done, %lld failed, %s",
                 cli_time(cli, schedule->last->due_at), schedule->last->due,
                 (long long)schedule->last->count, (long long)schedule->last->failed,
                 cli_money(cli, schedule->last->amount));
    }
}

// --- listed -------------------------------------------------------------------------------------

static bool list_page(struct cli *cli, const char *after,
                      const Quoin__V1__ListSchedulesReply **page, struct err *err)
{
    Quoin__V1__ListSchedulesRequest request = QUOIN__V1__LIST_SCHEDULES_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    request.after = cli_field(after);
    request.limit = PAGE;
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Schedules/ListSchedules", &request.base, &reply,
                 err)) {
        return false;
    }
    *page = (const Quoin__V1__ListSchedulesReply *)reply;
    return true;
}

static bool list(struct cli *cli, bool grants_only, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "NAME" },       { .title = "WHEN" },       { .title = "DOES", .gives = true },
        { .title = "NEXT (UTC)" }, { .title = "LAST (UTC)" }, { .title = "DONE", .right = true },
        { .title = NULL },
    };
    struct cli_table table = cli_table_of(cli, columns);
    struct json json = json_to(&cli->out);
    const Quoin__V1__ListSchedulesReply *page = NULL;
    const char *after = "";
    if (cli->json) {
        json_array(&json);
    }
    do {
        if (!list_page(cli, after, &page, err)) {
            return false;
        }
        for (size_t i = 0; i < page->n_schedules; i++) {
            const Quoin__V1__Schedule *schedule = page->schedules[i];
            const Quoin__V1__ScheduleRun *last = schedule->last;
            after = schedule->name;
            if (grants_only && strcmp(schedule->task, "grant") != 0) {
                continue;
            }
            if (cli->json) {
                schedule_json(cli, &json, schedule);
                continue;
            }
            cli_table_row(&table,
                          (const char *const[]){
                              schedule->name, schedule->when, does_text(cli, schedule),
                              schedule->suspended ? "suspended" : cli_time(cli, schedule->next),
                              last == NULL ? "-" : cli_time(cli, last->due_at),
                              last == NULL ? "" : cli_number(cli, last->count) });
        }
    } while (page->more && page->n_schedules > 0);
    if (cli->json) {
        json_end(&json);
        buf_addf(&cli->out, "\n");
    } else {
        cli_table_print(&table, "There are none: quoin grant set NAME --when @monthly "
                                "--amount 5.00 --to all");
    }
    return true;
}

bool cli_schedule_list(struct cli *cli, struct err *err)
{
    return list(cli, false, err);
}

bool cli_grant_list(struct cli *cli, struct err *err)
{
    return list(cli, true, err);
}

static bool find_schedule(struct cli *cli, const char *name, Quoin__V1__Schedule *schedule,
                          bool *found, struct err *err)
{
    const Quoin__V1__ListSchedulesReply *page = NULL;
    const char *after = "";
    *found = false;
    do {
        if (!list_page(cli, after, &page, err)) {
            return false;
        }
        for (size_t i = 0; i < page->n_schedules; i++) {
            if (strcmp(page->schedules[i]->name, name) == 0) {
                *schedule = *page->schedules[i];
                *found = true;
                return true;
            }
            after = page->schedules[i]->name;
        }
    } while (page->more && page->n_schedules > 0);
    return true;
}

static bool need_schedule(struct cli *cli, const char *name, Quoin__V1__Schedule *schedule,
                          struct err *err)
{
    bool found;
    return find_schedule(cli, name, schedule, &found, err) &&
           (found ||
            err_set(err, ERR_NOT_FOUND, "no schedule \"%.64s\"; see quoin schedule list", name));
}

bool cli_schedule_show(struct cli *cli, struct err *err)
{
    Quoin__V1__Schedule schedule;
    if (!need_schedule(cli, cli->arguments[0], &schedule, err)) {
        return false;
    }
    schedule_show(cli, &schedule);
    return true;
}

// --- changed ------------------------------------------------------------------------------------

static bool set_schedule(struct cli *cli, Quoin__V1__Schedule *schedule, struct err *err)
{
    Quoin__V1__SetScheduleRequest request = QUOIN__V1__SET_SCHEDULE_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    if (cli_value(cli, "dry-run") != NULL) {
        cli_say(cli, CLI_BOLD, cli->json ? "" : "Would become (nothing was done):\n");
        schedule_show(cli, schedule);
        return true;
    }
    schedule->last = NULL;
    request.key = cli_key(cli);
    request.schedule = schedule;
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Schedules/SetSchedule", &request.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__Schedule *made = (const Quoin__V1__Schedule *)reply;
    schedule_show(cli, made);
    cli_warn(made->warnings, made->n_warnings);
    return true;
}

static char *word_of(const struct cli *cli, const char *option, char *otherwise)
{
    const char *text = cli_value(cli, option);
    return text == NULL ? otherwise : cli_field(text);
}

// What both kinds of "set" say: when, where, missed.
static bool begin_set(struct cli *cli, const char *task, Quoin__V1__Schedule *schedule,
                      struct err *err)
{
    bool found;
    if (!find_schedule(cli, cli->arguments[0], schedule, &found, err)) {
        return false;
    }
    if (!found) {
        schedule->name = cli->arguments[0];
        if (cli_value(cli, "when") == NULL) {
            return err_set(err, ERR_INVALID,
                           "a new schedule says when: --when \"0 6 1 * *\" (minute hour day month "
                           "weekday) or --when @monthly");
        }
    }
    schedule->when = word_of(cli, "when", schedule->when);
    schedule->zone = word_of(cli, "zone", schedule->zone);
    schedule->missed = word_of(cli, "missed", schedule->missed);
    schedule->task = task == NULL ? schedule->task : cli_field(task);
    return true;
}

bool cli_schedule_set(struct cli *cli, struct err *err)
{
    Quoin__V1__Schedule schedule = QUOIN__V1__SCHEDULE__INIT;
    if (!begin_set(cli, cli_value(cli, "do"), &schedule, err)) {
        return false;
    }
    schedule.quota = word_of(cli, "quota", schedule.quota);
    return set_schedule(cli, &schedule, err);
}

bool cli_grant_set(struct cli *cli, struct err *err)
{
    Quoin__V1__Schedule schedule = QUOIN__V1__SCHEDULE__INIT;
    Quoin__V1__ScheduleGrant grant = QUOIN__V1__SCHEDULE_GRANT__INIT;
    const char *to = cli_value(cli, "to");
    if (!begin_set(cli, "grant", &schedule, err)) {
        return false;
    }
    grant.mode = cli_field("add");
    if (schedule.grant != NULL) {
        grant = *schedule.grant;
    }
    grant.mode = word_of(cli, "mode", grant.mode);
    grant.why = word_of(cli, "why", grant.why);
    if (!cli_money_of(cli, "amount", grant.amount, &grant.amount, err) ||
        !cli_money_of(cli, "cap", grant.cap, &grant.cap, err)) {
        return false;
    }
    if (to != NULL) {
        struct cli_scope scope = { 0 };
        grant.all = strcmp(to, "all") == 0;
        if (!grant.all && !cli_scope_read(cli, to, "--to", CLI_SCOPE_QUEUE, &scope, err)) {
            return false;
        }
        grant.users = scope.names[CLI_SCOPE_USER];
        grant.n_users = scope.count[CLI_SCOPE_USER];
        grant.groups = scope.names[CLI_SCOPE_GROUP];
        grant.n_groups = scope.count[CLI_SCOPE_GROUP];
        grant.departments = scope.names[CLI_SCOPE_DEPARTMENT];
        grant.n_departments = scope.count[CLI_SCOPE_DEPARTMENT];
    }
    schedule.grant = &grant;
    return set_schedule(cli, &schedule, err);
}

static bool suspend(struct cli *cli, bool suspended, struct err *err)
{
    Quoin__V1__Schedule schedule;
    if (!need_schedule(cli, cli->arguments[0], &schedule, err)) {
        return false;
    }
    schedule.suspended = suspended;
    return set_schedule(cli, &schedule, err);
}

bool cli_schedule_suspend(struct cli *cli, struct err *err)
{
    return suspend(cli, true, err);
}

bool cli_schedule_resume(struct cli *cli, struct err *err)
{
    return suspend(cli, false, err);
}

bool cli_schedule_remove(struct cli *cli, struct err *err)
{
    Quoin__V1__RemoveScheduleRequest request = QUOIN__V1__REMOVE_SCHEDULE_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    Quoin__V1__Schedule schedule;
    bool is_dry = cli_value(cli, "dry-run") != NULL;
    if (!need_schedule(cli, cli->arguments[0], &schedule, err)) {
        return false;
    }
    request.key = cli_key(cli);
    request.name = cli->arguments[0];
    if (!is_dry && !cli_ask(cli, ENGINE_CAS, "/quoin.v1.Schedules/RemoveSchedule", &request.base,
                            &reply, err)) {
        return false;
    }
    if (cli->json) {
        schedule_show(cli, &schedule);
    } else {
        buf_addf(&cli->out,
                 is_dry ? "Would remove schedule %s (nothing was done).\n"
                        : "Schedule %s is removed; its runs are kept.\n",
                 schedule.name);
    }
    return true;
}

// --- runs ---------------------------------------------------------------------------------------

static void run_show(struct cli *cli, const Quoin__V1__ScheduleRun *run, bool is_dry)
{
    if (cli->json) {
        struct json json = json_to(&cli->out);
        run_json(&json, run);
        buf_addf(&cli->out, "\n");
        return;
    }
    buf_addf(&cli->out, "%s%s: %lld done, %s moved, %lld failed.\n",
             is_dry ? "Would run (nothing was done): " : "", run->name, (long long)run->count,
             cli_money(cli, run->amount), (long long)run->failed);
    if (run->result[0] != '\0') {
        buf_addf(&cli->out, "%s\n", run->result);
    }
}

bool cli_schedule_run(struct cli *cli, struct err *err)
{
    Quoin__V1__RunScheduleRequest request = QUOIN__V1__RUN_SCHEDULE_REQUEST__INIT;
    Quoin__V1__GetScheduleRunRequest get = QUOIN__V1__GET_SCHEDULE_RUN_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    request.key = cli_key(cli);
    request.name = cli->arguments[0];
    request.dry_run = cli_value(cli, "dry-run") != NULL;
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Schedules/RunSchedule", &request.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__ScheduleRun *run = (const Quoin__V1__ScheduleRun *)reply;
    get.name = cli->arguments[0];
    get.due_at = run->due_at;
    while (run->done_at == 0) {
        cli_progress(cli, "%lld done ...", (long long)run->count);
        cli_wait(cli, LOOK_AGAIN_MS);
        if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Schedules/GetScheduleRun", &get.base, &reply,
                     err)) {
            return false;
        }
        run = (const Quoin__V1__ScheduleRun *)reply;
    }
    cli_progress_end(cli);
    run_show(cli, run, request.dry_run);
    cli->exit = run->failed > 0 ? CLI_EXIT_FINDING : CLI_EXIT_OK;
    return true;
}

bool cli_schedule_runs(struct cli *cli, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "NAME", .gives = true },
        { .title = "DUE (UTC)" },
        { .title = "HOW" },
        { .title = "DONE (UTC)" },
        { .title = "COUNT", .right = true },
        { .title = "AMOUNT", .right = true },
        { .title = "FAILED", .right = true },
        { .title = "RESULT", .gives = true },
        { .title = NULL },
    };
    Quoin__V1__ListScheduleRunsRequest request = QUOIN__V1__LIST_SCHEDULE_RUNS_REQUEST__INIT;
    struct cli_table table = cli_table_of(cli, columns);
    struct json json = json_to(&cli->out);
    const ProtobufCMessage *reply = NULL;
    uint64_t limit;
    if (!cli_number_of(cli, "limit", PAGE, 50, &limit, err)) {
        return false;
    }
    request.name = cli->argument_count > 0 ? cli->arguments[0] : cli_field("");
    request.limit = limit == 0 ? 1 : (uint32_t)limit;
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Schedules/ListScheduleRuns", &request.base, &reply,
                 err)) {
        return false;
    }
    const Quoin__V1__ListScheduleRunsReply *page = (const Quoin__V1__ListScheduleRunsReply *)reply;
    if (cli->json) {
        json_array(&json);
    }
    for (size_t i = 0; i < page->n_runs; i++) {
        const Quoin__V1__ScheduleRun *run = page->runs[i];
        if (cli->json) {
            run_json(&json, run);
        } else {
            cli_table_row(&table, (const char *const[]){
                                      run->name, cli_time(cli, run->due_at), run->how,
                                      run->done_at == 0 ? "under way" : cli_time(cli, run->done_at),
                                      cli_number(cli, run->count), cli_money(cli, run->amount),
                                      cli_number(cli, run->failed), run->result });
        }
    }
    if (cli->json) {
        json_end(&json);
        buf_addf(&cli->out, "\n");
    } else {
        cli_table_print(&table, "No run yet.");
    }
    return true;
}

// --- the site's clock
// -----------------------------------------------------------------------------

static void time_show(struct cli *cli, const Quoin__V1__SiteTime *time)
{
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_text_field(&json, "zone", time->zone);
        json_text_field(&json, "week_begins", time->week_begins);
        json_key(&json, "terms");
        json_array(&json);
        for (size_t i = 0; i < time->n_terms; i++) {
            json_object(&json);
            json_text_field(&json, "name", time->terms[i]->name);
            json_text_field(&json, "first", time->terms[i]->first);
            json_text_field(&json, "last", time->terms[i]->last);
            json_end(&json);
        }
        json_end(&json);
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return;
    }
    cli_line(cli, "Zone", "%s", time->zone);
    cli_line(cli, "Week begins", "%s", time->week_begins);
    for (size_t i = 0; i < time->n_terms; i++) {
        cli_line(cli, i == 0 ? "Terms" : "", "%s: %s to %s", time->terms[i]->name,
                 time->terms[i]->first, time->terms[i]->last);
    }
}

// "autumn=2026-09-01..2027-01-31,spring=2027-02-01..2027-07-31"
static bool terms_read(struct cli *cli, const char *text, Quoin__V1__SiteTime *time,
                       struct err *err)
{
    enum { TERMS_MOST = 200, DATE = 10 };
    time->terms = arena_new_array(&cli->arena, TERMS_MOST, sizeof(*time->terms));
    time->n_terms = 0;
    for (const char *at = text; *at != '\0';) {
        size_t len = strcspn(at, ",");
        const char *mark = memchr(at, '=', len);
        const char *days = mark == NULL ? NULL : mark + 1;
        if (days == NULL || at + len - days != 2 * DATE + 2 || memcmp(days + DATE, "..", 2) != 0 ||
            time->n_terms == TERMS_MOST) {
            return err_set(err, ERR_INVALID,
                           "--terms: \"%.*s\" is no NAME=FIRST..LAST, such as "
                           "autumn=2026-09-01..2027-01-31",
                           (int)(len < 60 ? len : 60), at);
        }
        Quoin__V1__Term *term = arena_new(&cli->arena, sizeof(*term));
        quoin__v1__term__init(term);
        term->name = arena_text(&cli->arena, (struct str){ at, (size_t)(mark - at) });
        term->first = arena_text(&cli->arena, (struct str){ days, DATE });
        term->last = arena_text(&cli->arena, (struct str){ days + DATE + 2, DATE });
        time->terms[time->n_terms++] = term;
        at += len + (at[len] == ',' ? 1 : 0);
    }
    return true;
}

bool cli_site_time(struct cli *cli, struct err *err)
{
    Quoin__V1__GetSiteTimeRequest get = QUOIN__V1__GET_SITE_TIME_REQUEST__INIT;
    Quoin__V1__SetSiteTimeRequest set = QUOIN__V1__SET_SITE_TIME_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    const char *terms = cli_value(cli, "terms");
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Quotas/GetSiteTime", &get.base, &reply, err)) {
        return false;
    }
    Quoin__V1__SiteTime time = *(const Quoin__V1__SiteTime *)reply;
    bool changes =
        terms != NULL || cli_value(cli, "zone") != NULL || cli_value(cli, "week-begins") != NULL;
    time.zone = word_of(cli, "zone", time.zone);
    time.week_begins = word_of(cli, "week-begins", time.week_begins);
    if (terms != NULL && !terms_read(cli, terms, &time, err)) {
        return false;
    }
    if (changes && cli_value(cli, "dry-run") == NULL) {
        set.key = cli_key(cli);
        set.time = &time;
        if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Quotas/SetSiteTime", &set.base, &reply, err)) {
            return false;
        }
        time = *(const Quoin__V1__SiteTime *)reply;
    }
    time_show(cli, &time);
    return true;
}
