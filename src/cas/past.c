// past: the history told: pages of works, one work, sums of a time, and forgetting a person.

#include "cas/past.h"

#include "base/log.h"
#include "base/mem.h"
#include "cas/cas_int.h"
#include "cas/credentials.h"
#include "cas/walks.h"
#include "proto/history.pb-c.h"
#include <stdio.h>

enum {
    PAST_WORKS = 50,            // of a page that does not say
    PAST_REPLY_MAX = 900 << 10, // bytes
    PAST_SUMS = 1000,           // of one part
    PAST_FORGET = 100,          // rows between two groups
};

// ---- works -------------------------------------------------------------------------------------

static char *past_text(struct arena *arena, struct str run)
{
    return cas_text(arena, run);
}

static Quoin__V1__Decision *past_decision(struct arena *arena,
                                          const struct history_decision *decision)
{
    if (decision->verdict.len == 0) {
        return NULL;
    }
    Quoin__V1__Decision *made = cas_message(arena, &quoin__v1__decision__descriptor);
    made->verdict = past_text(arena, decision->verdict);
    made->text = past_text(arena, decision->text);
    made->set = past_text(arena, decision->set);
    made->version = decision->version;
    made->rule = past_text(arena, decision->rule);
    made->route = past_text(arena, decision->route);
    made->sides = past_text(arena, decision->sides);
    made->color_mode = past_text(arena, decision->color_mode);
    made->charge_parts = decision->charge_parts;
    return made;
}

static void past_legs(struct arena *arena, const struct history_row *row, Quoin__V1__PastWork *made)
{
    made->n_legs = row->leg_count;
    made->legs = arena_new_array(arena, row->leg_count, sizeof(*made->legs));
    for (size_t i = 0; i < row->leg_count; i++) {
        made->legs[i] = cas_message(arena, &quoin__v1__share__descriptor);
        made->legs[i]->account = past_text(arena, row->legs[i].account);
        made->legs[i]->amount = row->legs[i].amount.units;
    }
}

static Quoin__V1__PastWork *past_work(struct arena *arena, const struct history_row *row)
{
    Quoin__V1__PastWork *made = cas_message(arena, &quoin__v1__past_work__descriptor);
    const struct work *work = &row->work;
    struct work_sums sums = work_sums(work);
    made->number = row->number;
    made->outcome = past_text(arena, str_of(history_outcome_name(row->outcome)));
    made->at = row->at;
    made->decided_at = work->at;
    made->kind = past_text(arena, str_of(work_kind_name(work->kind)));
    made->user = past_text(arena, work->user);
    made->department = past_text(arena, work->department);
    made->queue = past_text(arena, work->queue);
    made->printer = past_text(arena, work->printer);
    made->job = past_text(arena, row->job);
    made->pages = sums.pages;
    made->color_pages = sums.color_pages;
    made->sheets = sums.sheets;
    made->amount = row->amount.units;
    made->real_cost = row->real_cost.units;
    made->price_version = row->price_version;
    made->why = past_text(arena, row->why);
    made->entry = row->entry;
    made->key.len = sizeof(row->key);
    made->key.data =
        (uint8_t *)past_text(arena, (struct str){ (const char *)row->key, sizeof(row->key) });
    made->refers = row->refers;
    made->decision = past_decision(arena, &row->decision);
    made->format = past_text(arena, work->format);
    made->media = past_text(arena, work->media);
    made->copies = work->copies;
    past_legs(arena, row, made);
    return made;
}

// The canonical name behind one that may be an alias; a person that is gone keeps its history.
static bool past_person(struct cas *cas, struct cas_turn *turn, const char *name,
                        struct str *person, struct err *err)
{
    char folded[CAS_NAME_MAX + 1];
    struct accounts_person known;
    bool found;
    *person = STR("");
    if (name[0] == '\0') {
        return true;
    }
    if (!cas_name_fold(str_of(name), folded, err) ||
        !accounts_person_find(cas->accounts, str_of(folded), turn->arena, &known, &found, err)) {
        return false;
    }
    *person = found ? known.name : str_of(cas_text(turn->arena, str_of(folded)));
    return true;
}

static bool past_filter(struct cas *cas, struct cas_turn *turn,
                        const Quoin__V1__ListWorksRequest *ask, struct history_filter *filter,
                        struct err *err)
{
    const char *account;
    if (!cas_account_asked(cas, turn, ask->account, true, &account, err)) {
        return false;
    }
    *filter = (struct history_filter){ .department = str_of(ask->department),
                                       .queue = str_of(ask->queue),
                                       .printer = str_of(ask->printer),
                                       .account = str_of(account),
                                       .since = ask->since,
                                       .until = ask->until };
    if (ask->outcome[0] != '\0' && !history_outcome_read(str_of(ask->outcome), &filter->outcome)) {
        return err_set(err, ERR_INVALID,
                       "\"%.40s\" is no outcome: charged, voided, denied, lapsed, refused, "
                       "corrected",
                       ask->outcome);
    }
    return past_person(cas, turn, ask->user, &filter->person, err);
}

// A page before a number; *next as of history_page.
static bool past_page(struct cas *cas, struct cas_turn *turn, const struct history_filter *filter,
                      int64_t before, size_t most, Quoin__V1__ListWorksReply *made, struct err *err)
{
    struct history_row *rows = arena_new_array(turn->arena, most, sizeof(*rows));
    size_t count;
    size_t bytes = 0;
    if (rows == NULL) {
        return err_set(err, ERR_INTERNAL, "a page of the history is larger than a request may be");
    }
    if (!history_page(cas->history, filter, before, most, turn->arena, rows, &count, &made->next,
                      err)) {
        return false;
    }
    made->works = arena_new_array(turn->arena, count, sizeof(*made->works));
    for (size_t i = 0; i < count; i++) {
        made->works[i] = past_work(turn->arena, &rows[i]);
        bytes += protobuf_c_message_get_packed_size(&made->works[i]->base) + 8;
        if (i > 0 && bytes > PAST_REPLY_MAX) {
            made->next = rows[i - 1].number;
            break;
        }
        made->n_works = i + 1;
    }
    return true;
}

CAS_CORE(cas_past_list)
{
    const Quoin__V1__ListWorksRequest *list = (const Quoin__V1__ListWorksRequest *)ask;
    Quoin__V1__ListWorksReply *made =
        cas_message(turn->arena, &quoin__v1__list_works_reply__descriptor);
    size_t most = list->limit == 0                  ? PAST_WORKS
                  : list->limit > HISTORY_PAGE_MOST ? HISTORY_PAGE_MOST
                                                    : list->limit;
    struct history_filter filter;
    *reply = &made->base;
    return past_filter(cas, turn, list, &filter, err) &&
           past_page(cas, turn, &filter, list->before, most, made, err);
}

struct past_export {
    struct history_filter filter;
    int64_t before;
    uint64_t left;
};

static bool past_export_begin(struct cas *cas, struct cas_turn *turn, const ProtobufCMessage *ask,
                              void **state, struct err *err)
{
    const Quoin__V1__ListWorksRequest *list = (const Quoin__V1__ListWorksRequest *)ask;
    struct past_export *export = arena_new(turn->arena, sizeof(*export));
    if (export == NULL) {
        return err_set(err, ERR_INTERNAL, "there is no room for a page");
    }
    export->before = list->before;
    export->left = list->limit == 0 ? UINT64_MAX : list->limit;
    *state = export;
    return past_filter(cas, turn, list, &export->filter, err);
}

static bool past_export_step(struct cas *cas, struct cas_turn *turn, void *state,
                             const ProtobufCMessage **reply, bool *done, struct err *err)
{
    struct past_export *export = state;
    Quoin__V1__ListWorksReply *made =
        cas_message(turn->arena, &quoin__v1__list_works_reply__descriptor);
    size_t most = export->left < HISTORY_PAGE_MOST ? (size_t) export->left : HISTORY_PAGE_MOST;
    if (!past_page(cas, turn, &export->filter, export->before, most, made, err)) {
        return false;
    }
    export->left -= made->n_works;
    export->before = made->next;
    *done = export->left == 0 || export->before == 0;
    *reply = &made->base;
    return true;
}

const struct cas_walk_kind cas_walk_export = { &quoin__v1__list_works_request__descriptor,
                                               past_export_begin, past_export_step, NULL };

// By the job's key: what closed its reservation.
static bool past_by_key(struct cas *cas, struct cas_turn *turn, ProtobufCBinaryData bytes,
                        struct history_row *row, bool *found, struct err *err)
{
    struct ledger_entry pending;
    int64_t closed = 0;
    *found = false;
    if (bytes.len != sizeof(struct ledger_key)) {
        return true;
    }
    struct ledger_key key = cas_key(bytes);
    bool known;
    if (!ledger_entry_find(cas->ledger, &key, turn->arena, &pending, &known, err)) {
        return false;
    }
    if (!known || pending.kind != LEDGER_PENDING) {
        return true;
    }
    return ledger_reservation_closed_by(cas->ledger, pending.sequence, &closed, err) &&
           (closed == 0 || history_find(cas->history, closed, turn->arena, row, found, err));
}

CAS_CORE(cas_past_get)
{
    const Quoin__V1__GetPastWorkRequest *get = (const Quoin__V1__GetPastWorkRequest *)ask;
    struct history_row row;
    struct money corrected;
    bool found;
    bool ok = get->number > 0
                  ? history_get(cas->history, get->number, turn->arena, &row, &found, err)
                  : past_by_key(cas, turn, get->reservation, &row, &found, err);
    if (!ok) {
        return false;
    }
    if (!found) {
        return err_set(err, ERR_NOT_FOUND, "there is no such work in the history");
    }
    if (!history_corrected(cas->history, row.number, &corrected, err)) {
        return false;
    }
    Quoin__V1__PastWork *made = past_work(turn->arena, &row);
    made->corrected = corrected.units;
    made->n_lines = row.line_count;
    made->lines = arena_new_array(turn->arena, row.line_count, sizeof(*made->lines));
    for (size_t i = 0; i < row.line_count; i++) {
        made->lines[i] = cas_message(turn->arena, &quoin__v1__price_line__descriptor);
        made->lines[i]->rule = past_text(turn->arena, row.lines[i].rule);
        made->lines[i]->quantity = row.lines[i].quantity;
        made->lines[i]->each = row.lines[i].each;
        made->lines[i]->amount = row.lines[i].amount;
    }
    made->n_groups = row.work.group_count;
    made->groups = arena_new_array(turn->arena, made->n_groups, sizeof(*made->groups));
    for (size_t i = 0; i < made->n_groups; i++) {
        made->groups[i] = past_text(turn->arena, row.work.groups[i]);
    }
    *reply = &made->base;
    return true;
}

// ---- totals ------------------------------------------------------------------------------------

struct past_totals {
    struct history_totals *totals; // owned
    enum history_by by;
    bool codes; // of accounts only those that begin with "code:"
    int64_t since;
    int64_t until;
    int64_t income;
    int64_t rows;
    int64_t left;
    bool summed;  // of these names
    size_t told;  // of the sums
    int64_t last; // the greatest name told
    struct history_sum all;
    struct history_sum codeless; // what accounts that are no codes paid
};

static bool past_by(const char *name, enum history_by *by, bool *codes, struct err *err)
{
    static const char *const names[] = { "", "department", "user", "queue", "printer", "account" };
    *codes = strcmp(name, "code") == 0;
    if (*codes) {
        *by = HISTORY_BY_ACCOUNT;
        return true;
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i]) == 0) {
            *by = (enum history_by)i;
            return true;
        }
    }
    return err_set(err, ERR_INVALID,
                   "sums are by department, user, queue, printer, account or code, not by "
                   "\"%.40s\"",
                   name);
}

// "2026-Q3": from the beginning of its first month to the end of its third.
static bool past_quarter(const char *text, const struct calendar_site *site, int64_t *from,
                         int64_t *until, struct err *err)
{
    char month[8];
    int64_t unused;
    int quarter = text[6] - '0';
    (void)snprintf(month, sizeof(month), "%.4s-%02d", text, quarter * 3 - 2);
    if (!cas_past_period(month, site, from, &unused, err)) {
        return false;
    }
    (void)snprintf(month, sizeof(month), "%.4s-%02d", text, quarter * 3);
    return cas_past_period(month, site, &unused, until, err);
}

bool cas_past_period(const char *text, const struct calendar_site *site, int64_t *from,
                     int64_t *until, struct err *err)
{
    static const struct {
        size_t len;
        const char *rest;
        enum calendar_period period;
    } forms[] = { { 4, "-01-01", CALENDAR_YEAR },
                  { 7, "-01", CALENDAR_MONTH },
                  { 10, "", CALENDAR_DAY } };
    size_t len = strlen(text);
    if (len == 7 && text[4] == '-' && text[5] == 'Q' && text[6] >= '1' && text[6] <= '4') {
        return past_quarter(text, site, from, until, err);
    }
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        char day[16];
        struct calendar_date date;
        if (len != forms[i].len) {
            continue;
        }
        (void)snprintf(day, sizeof(day), "%s%s", text, forms[i].rest);
        if (!calendar_date_read(str_of(day), &date)) {
            break;
        }
        int64_t noon = (calendar_days_of(date) * 24 + 12) * 3600 * 1000; // it is never in a gap
        struct calendar_instants at = calendar_instants_of(site->zone, noon);
        struct calendar_span span = calendar_span_of(site, forms[i].period, at.first);
        *from = span.from;
        *until = span.until;
        return true;
    }
    return err_set(err, ERR_INVALID,
                   "\"%.40s\" is no day, month, quarter or year: 2026-11-22, 2026-11, 2026-Q4, "
                   "2026",
                   text);
}

// By how much the site's income changed in that time, as it is now.
static bool past_income(struct cas *cas, int64_t since, int64_t until, int64_t *income,
                        struct err *err)
{
    struct ledger_account account;
    struct ledger_state state;
    bool found;
    *income = 0;
    if (!ledger_account_find(cas->ledger, STR("income:print"), &account, &found, err)) {
        return false;
    }
    if (!found) {
        return true;
    }
    *income = account.state.balance.units;
    if (until != 0) {
        if (!ledger_state_at(cas->ledger, account.id, until - 1, &state, &found, err)) {
            return false;
        }
        *income = found ? state.balance.units : 0;
    }
    if (since > 0) {
        if (!ledger_state_at(cas->ledger, account.id, since - 1, &state, &found, err)) {
            return false;
        }
        *income -= found ? state.balance.units : 0;
    }
    return true;
}

static bool past_totals_begin(struct cas *cas, struct cas_turn *turn, const ProtobufCMessage *ask,
                              void **state, struct err *err)
{
    const Quoin__V1__TotalsRequest *asked = (const Quoin__V1__TotalsRequest *)ask;
    struct past_totals *totals = arena_new(turn->arena, sizeof(*totals));
    const struct calendar_site *site;
    if (totals == NULL) {
        return err_set(err, ERR_INTERNAL, "there is no room for sums");
    }
    *totals = (struct past_totals){ .since = asked->since, .until = asked->until, .last = -1 };
    if (!past_by(asked->by, &totals->by, &totals->codes, err)) {
        return false;
    }
    if (asked->period[0] != '\0' &&
        (!cas_site_time(cas, &site, err) ||
         !cas_past_period(asked->period, site, &totals->since, &totals->until, err))) {
        return false;
    }
    if (!past_income(cas, totals->since, totals->until, &totals->income, err)) {
        return false;
    }
    totals->totals = history_totals_new(totals->by, totals->since, totals->until, -1);
    *state = totals;
    return true;
}

static void past_totals_end(void *state)
{
    struct past_totals *totals = state;
    history_totals_free(&totals->totals);
}

static void past_sum(struct history_sum *all, const struct history_sum *one)
{
    all->works += one->works;
    all->pages += one->pages;
    all->color_pages += one->color_pages;
    all->sheets += one->sheets;
    // No more than the ledger's accounts hold, which are bounded; real costs stop at their most.
    if (!money_sum(all->amount, one->amount, &all->amount) ||
        !money_sum(all->real_cost, one->real_cost, &all->real_cost)) {
        all->real_cost.units = INT64_MAX;
    }
}

static Quoin__V1__Total *past_total(struct arena *arena, const struct history_sum *sum,
                                    struct str name)
{
    Quoin__V1__Total *made = cas_message(arena, &quoin__v1__total__descriptor);
    made->name = past_text(arena, name);
    made->works = sum->works;
    made->pages = sum->pages;
    made->color_pages = sum->color_pages;
    made->sheets = sum->sheets;
    made->amount = sum->amount.units;
    made->real_cost = sum->real_cost.units;
    return made;
}

// The next sums that were made, as one part.
static bool past_tell(struct cas *cas, struct cas_turn *turn, struct past_totals *totals,
                      Quoin__V1__TotalsReply *part, struct err *err)
{
    size_t count;
    bool more;
    const struct history_sum *sums = history_totals_of(totals->totals, &count, &more);
    part->sums = arena_new_array(turn->arena, PAST_SUMS + 1, sizeof(*part->sums));
    for (; totals->told < count && part->n_sums < PAST_SUMS; totals->told++) {
        const struct history_sum *sum = &sums[totals->told];
        struct str name;
        if (!history_name_of(cas->history, sum->name, turn->arena, &name, err)) {
            return false;
        }
        totals->last = sum->name > totals->last ? sum->name : totals->last;
        past_sum(&totals->all, sum);
        if (totals->by == HISTORY_BY_USER && name.len > 5) {
            name = (struct str){ name.ptr + 5, name.len - 5 }; // past "user:"
        }
        bool is_code = name.len > 5 && memcmp(name.ptr, "code:", 5) == 0;
        if (totals->codes && !is_code) {
            past_sum(&totals->codeless, sum);
        } else if (totals->by != HISTORY_BY_ALL) {
            part->sums[part->n_sums++] = past_total(turn->arena, sum, name);
        }
    }
    if (totals->told < count) {
        return true;
    }
    if (more) { // there are more names than were held: the next of them
        history_totals_free(&totals->totals);
        totals->totals = history_totals_new(totals->by, totals->since, totals->until, totals->last);
        totals->summed = false;
        totals->told = 0;
        return true;
    }
    const struct history_sum *codeless = &totals->codeless;
    if (codeless->works != 0 || codeless->amount.units != 0 || codeless->real_cost.units != 0) {
        part->sums[part->n_sums++] = past_total(turn->arena, codeless, STR(""));
    }
    part->done = true;
    part->all = past_total(turn->arena, &totals->all, STR(""));
    part->income = totals->income;
    return true;
}

static bool past_totals_step(struct cas *cas, struct cas_turn *turn, void *state,
                             const ProtobufCMessage **reply, bool *done, struct err *err)
{
    struct past_totals *totals = state;
    Quoin__V1__TotalsReply *part = cas_message(turn->arena, &quoin__v1__totals_reply__descriptor);
    if (totals->summed) {
        if (!past_tell(cas, turn, totals, part, err)) {
            return false;
        }
    } else {
        bool begins = totals->left == 0;
        if (!history_totals_step(cas->history, totals->totals, CAS_TOTALS_SLICE, &totals->summed,
                                 &totals->left, err)) {
            return false;
        }
        if (begins) {
            totals->rows = totals->left + CAS_TOTALS_SLICE; // as far as it is told: for progress
        }
    }
    part->read = totals->rows - totals->left;
    part->total = totals->rows;
    part->since = totals->since;
    part->until = totals->until;
    *done = part->done;
    *reply = &part->base;
    return true;
}

const struct cas_walk_kind cas_walk_totals = { &quoin__v1__totals_request__descriptor,
                                               past_totals_begin, past_totals_step,
                                               past_totals_end };

// ---- forgetting --------------------------------------------------------------------------------

struct past_forget {
    struct history_forget works;
    int64_t person; // 0: of nobody who is known
};

static bool past_forget_begin(struct cas *cas, struct cas_turn *turn, const ProtobufCMessage *ask,
                              void **state, struct err *err)
{
    const Quoin__V1__ForgetPersonRequest *asked = (const Quoin__V1__ForgetPersonRequest *)ask;
    struct past_forget *forget = arena_new(turn->arena, sizeof(*forget));
    char folded[CAS_NAME_MAX + 1];
    struct accounts_person known = { 0 };
    bool found;
    if (forget == NULL || asked->name[0] == '\0') {
        return err_set(err, ERR_INVALID, "the request does not say whom to forget");
    }
    if (!cas_name_fold(str_of(asked->name), folded, err) ||
        !accounts_person_find(cas->accounts, str_of(folded), turn->arena, &known, &found, err)) {
        return false;
    }
    forget->person = found ? known.id : 0;
    forget->works = (struct history_forget){
        .person = found ? known.name : str_of(cas_text(turn->arena, str_of(folded))),
        .names = known.aliases,
        .name_count = found ? known.alias_count : 0,
        .is_dry = asked->dry_run != 0,
    };
    *state = forget;
    return true;
}

static bool past_forget_step(struct cas *cas, struct cas_turn *turn, void *state,
                             const ProtobufCMessage **reply, bool *done, struct err *err)
{
    struct past_forget *past = state;
    struct history_forget *forget = &past->works;
    Quoin__V1__ForgetPersonReply *part =
        cas_message(turn->arena, &quoin__v1__forget_person_reply__descriptor);
    if (!history_forget(cas->history, forget, PAST_FORGET, done, err) ||
        (*done && past->person != 0 &&
         !cas_credentials_forget(cas, turn, past->person, forget->is_dry, &part->credentials,
                                 err))) {
        return false;
    }
    part->works = forget->works;
    part->others = forget->others;
    part->done = *done;
    if (*done && !forget->is_dry) {
        log_event(LOG_INFO, "cas.person-forgotten", log_int("works", forget->works),
                  log_int("others", forget->others), log_int("credentials", part->credentials));
    }
    *reply = &part->base;
    return true;
}

const struct cas_walk_kind cas_walk_forget = { &quoin__v1__forget_person_request__descriptor,
                                               past_forget_begin, past_forget_step, NULL };
