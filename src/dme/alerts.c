// alerts: see alerts.h.

#include "dme/alerts_int.h"

#include "base/clk.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    ALERTS_TICK_MS = 250,
    ALERTS_KEY_MAX = 600,
    ALERTS_FORGET_MS = 3600 * 1000,
    ALERTS_TELL_MAX = 16384,
    ALERTS_SWEEP_MS = 60 * 1000,
    ALERTS_HELD_BACK_MS = 30 * 1000, // until one that was refused asks again
    ALERTS_FLOOD_MS = 600 * 1000,    // so long nothing was refused: it is no flood any more
};

// Of one device: so many beginnings at once, and then one a minute.
static const struct dme_allowance begin_allowed = { .most = ALERTS_ABOUT_OPEN_MAX,
                                                    .each_ms = 60 * 1000 };

// --- an alert as it is kept and told ------------------------------------------------------------

static struct alert_row row_of(const struct instance *one, int64_t ended, int64_t began,
                               int64_t times)
{
    return (struct alert_row){
        .id = one->id,
        .rule = str_of(one->rule),
        .about = str_of(one->about),
        .keyword = str_of(one->keyword),
        .text = str_of(one->text),
        .severity = one->severity,
        .ended = ended,
        .state = one->state,
        .times = times,
        .began = began,
        .acknowledged_by = str_of(one->acknowledged_by),
        .assigned = str_of(one->assigned),
        .note = str_of(one->note),
    };
}

struct put {
    struct store_task task; // first
    struct arena arena;
    struct alert_row row;
    int64_t forget_before; // not 0: forgets, and puts nothing
};

static bool put_run(struct store_task *task, struct err *err)
{
    struct put *put = (struct put *)(void *)task;
    struct alerts_db *db = dme_store_part(task->store, STORE_ALERTS);
    return put->forget_before != 0 ? dme_alerts_forget(db, put->forget_before, err)
                                   : dme_alerts_put(db, &put->row, err);
}

static void put_free(struct put *put)
{
    arena_free(&put->arena);
    free(put);
}

static void put_done(struct store_task *task, bool ok, const struct err *err)
{
    if (!ok) {
        log_event(LOG_ERROR, "alert.not-kept", log_text("why", err->text));
    }
    put_free((struct put *)(void *)task);
}

static void keep(struct alerts *alerts, const struct alert_row *row)
{
    struct put *put = mem_new(sizeof(*put));
    put->task = (struct store_task){ .run = put_run, .done = put_done };
    put->arena = ARENA_CAP(16384);
    put->row = *row;
    put->row.rule = arena_copy(&put->arena, row->rule);
    put->row.about = arena_copy(&put->arena, row->about);
    put->row.keyword = arena_copy(&put->arena, row->keyword);
    put->row.text = arena_copy(&put->arena, row->text);
    put->row.acknowledged_by = arena_copy(&put->arena, row->acknowledged_by);
    put->row.assigned = arena_copy(&put->arena, row->assigned);
    put->row.note = arena_copy(&put->arena, row->note);
    if (!arena_ok(&put->arena) || !dme_store_add(alerts->store, &put->task)) {
        log_event(LOG_ERROR, "alert.not-kept", log_text("why", "the store takes nothing"));
        put_free(put);
    }
}

Quoin__V1__Alert *dme_alert_told(const struct alert_row *row, struct arena *arena)
{
    Quoin__V1__Alert *told = arena_new(arena, sizeof(*told));
    if (told == NULL) {
        return NULL;
    }
    quoin__v1__alert__init(told);
    told->id = row->id;
    told->rule = arena_text(arena, row->rule);
    told->about = arena_text(arena, row->about);
    told->keyword = arena_text(arena, row->keyword);
    told->text = arena_text(arena, row->text);
    told->severity = (char *)(uintptr_t)alert_severity_name(row->severity);
    told->began = row->began;
    told->ended = row->ended;
    told->times = row->times;
    told->acknowledged_by = arena_text(arena, row->acknowledged_by);
    told->acknowledged_at = row->state.acknowledged_at;
    told->assigned_to = arena_text(arena, row->assigned);
    told->muted_until = row->state.muted_until;
    told->note = arena_text(arena, row->note);
    return arena_ok(arena) ? told : NULL;
}

static void kept_and_told(struct alerts *alerts, const struct alert_row *row)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(ALERTS_TELL_MAX);
    const Quoin__V1__Alert *told = dme_alert_told(row, &arena);
    keep(alerts, row);
    if (told != NULL && alerts->changed != NULL) {
        alerts->changed(alerts->changed_arg, told);
    }
}

// --- what people are sent -----------------------------------------------------------------------

static void json_time(struct json *json, const char *key, int64_t at)
{
    OWN(buf_free) struct buf text = BUF_CAP(100);
    json_key(json, key);
    if (at == 0) {
        json_null(json);
        return;
    }
    clk_add_utc(&text, at);
    json_str(json, buf_str(&text));
}

static void news_json(struct buf *out, const char *type, const struct alert_row *row, int64_t now)
{
    struct json json = json_to(out);
    json_object(&json);
    json_text_field(&json, "type", type);
    json_time(&json, "timestamp", now);
    json_key(&json, "data");
    json_object(&json);
    json_int_field(&json, "id", row->id);
    json_key(&json, "rule");
    json_str(&json, row->rule);
    json_key(&json, "about");
    json_str(&json, row->about);
    json_key(&json, "keyword");
    json_str(&json, row->keyword);
    json_text_field(&json, "severity", alert_severity_name(row->severity));
    json_key(&json, "text");
    json_str(&json, row->text);
    json_time(&json, "began", row->began);
    json_time(&json, "ended", row->ended);
    json_int_field(&json, "times", row->times);
    json_end(&json);
    json_end(&json);
}

static void news_text(struct alerts *alerts, struct buf *out, const struct alert_row *row)
{
    buf_addf(out, "%.*s: %.*s\n\nSince ", (int)row->about.len, row->about.ptr, (int)row->text.len,
             row->text.ptr);
    calendar_add_text(out, alerts->zone, row->began);
    if (row->ended != 0) {
        buf_addf(out, ", over since ");
        calendar_add_text(out, alerts->zone, row->ended);
    }
    buf_addf(out, " (%s).\n", calendar_zone_name(alerts->zone));
    if (row->times > 1) {
        buf_addf(out, "It came %lld times.\n", (long long)row->times);
    }
    buf_addf(out,
             "\nRule: %.*s. Severity: %s. Alert %lld.\n\nTo see it: quoin alert show %lld\n"
             "To say that you look after it: quoin alert acknowledge %lld\n",
             (int)row->rule.len, row->rule.ptr, alert_severity_name(row->severity),
             (long long)row->id, (long long)row->id, (long long)row->id);
}

static void send_to(struct alerts *alerts, char *const *targets, size_t count, const char *type,
                    const struct alert_row *row)
{
    OWN(buf_free) struct buf subject = BUF_CAP(1000);
    OWN(buf_free) struct buf text = BUF_CAP(ALERTS_TELL_MAX);
    OWN(buf_free) struct buf json = BUF_CAP(ALERTS_TELL_MAX);
    if (count == 0) {
        return;
    }
    buf_addf(&subject, "%s: %.*s: %.*s",
             row->ended != 0 ? "over" : alert_severity_name(row->severity), (int)row->about.len,
             row->about.ptr, (int)row->text.len, row->text.ptr);
    news_text(alerts, &text, row);
    news_json(&json, type, row, clk_wall_ms());
    const struct deliver_news news = { .alert = row->id,
                                       .severity = row->severity,
                                       .subject = subject.ptr,
                                       .text = text.ptr,
                                       .json = json.ptr };
    for (size_t at = 0; at < count; at++) {
        (void)dme_deliver_send(alerts->deliver, targets[at], &news); // it logs what it refuses
    }
}

static void log_alert(const char *event, const struct alert_row *row)
{
    log_event(row->ended != 0                   ? LOG_INFO
              : row->severity == ALERT_CRITICAL ? LOG_ERROR
                                                : LOG_WARNING,
              event, log_int("alert", row->id), log_str("rule", row->rule),
              log_str("about", row->about), log_str("keyword", row->keyword),
              log_str("text", row->text));
}

// --- acts ---------------------------------------------------------------------------------------

static struct about *about_find(const struct alerts *alerts, const char *name)
{
    return map_find(&alerts->abouts, str_of(name));
}

static struct about *about_need(struct alerts *alerts, const char *name)
{
    struct about *about = about_find(alerts, name);
    if (about == NULL) {
        about = mem_new(sizeof(*about));
        dme_alerts_text_set(&about->name, name);
        map_set(&alerts->abouts, str_of(about->name), about);
    }
    return about;
}

static void about_leave(struct about *about, const struct instance *one)
{
    struct instance **at = &about->first;
    while (*at != one) {
        at = &(*at)->of_same;
    }
    *at = one->of_same;
    about->count--;
    if (about->flood == one) {
        log_event(LOG_INFO, "alert.flood-over", log_text("about", about->name),
                  log_int("refused", about->refused));
        about->flood = NULL;
        about->refused = 0;
    }
}

static void about_free(struct about *about)
{
    free(about->name);
    free(about);
}

// Nothing holds of them and nothing is to be remembered of them.
static void abouts_sweep(struct alerts *alerts)
{
    struct about **idle = mem_new((alerts->abouts.count + 1) * sizeof(*idle));
    size_t count = 0;
    int64_t now = clk_wall_ms();
    void *value = NULL;
    for (size_t at = 0; map_next(&alerts->abouts, &at, &value);) {
        struct about *about = value;
        if (about->count == 0 && dme_allow_is_whole(&about->words, &begin_allowed, now) &&
            dme_allow_is_whole(&about->sights, &begin_allowed, now)) {
            idle[count++] = about;
        }
    }
    for (size_t at = 0; at < count; at++) {
        (void)map_drop(&alerts->abouts, str_of(idle[at]->name));
        about_free(idle[at]);
    }
    free(idle);
}

static void instance_free(struct instance *one)
{
    free(one->key);
    free(one->rule);
    free(one->about);
    free(one->keyword);
    free(one->text);
    free(one->acknowledged_by);
    free(one->assigned);
    free(one->note);
    free(one);
}

static void instance_drop(struct alerts *alerts, struct instance *one)
{
    (void)map_drop(&alerts->instances, str_of(one->key));
    about_leave(about_find(alerts, one->about), one);
    instance_free(one);
}

static void act_begin(struct alerts *alerts, struct instance *one,
                      const struct alerts_own_rule *rule)
{
    one->id = ++alerts->last_id;
    one->severity = rule->follows ? one->severity : rule->rule.severity;
    dme_alerts_text_set(&one->acknowledged_by, "");
    dme_alerts_text_set(&one->assigned, "");
    dme_alerts_text_set(&one->note, "");
    alerts->open++;
    about_find(alerts, one->about)->open++;
    struct alert_row row = row_of(one, 0, one->state.began, one->state.times);
    log_alert("alert.began", &row);
}

// was: the state before it was closed.
static void act_end(struct alerts *alerts, struct instance *one, const struct alerts_own_rule *rule,
                    const struct alert_state *was, bool tell, int64_t now)
{
    struct alert_row row = row_of(one, now, was->began, was->times);
    row.state = *was;
    log_alert("alert.ended", &row);
    kept_and_told(alerts, &row);
    if (tell) {
        send_to(alerts, rule->told->targets, rule->told->n_targets, "alert.ended", &row);
        if (was->escalated) {
            send_to(alerts, rule->told->escalate_targets, rule->told->n_escalate_targets,
                    "alert.ended", &row);
        }
    }
    one->id = 0;
    alerts->open--;
    about_find(alerts, one->about)->open--;
}

static void acts_do(struct alerts *alerts, struct instance *one, const struct alerts_own_rule *rule,
                    const struct alert_state *was, unsigned acts, int64_t now)
{
    bool ends_first = (acts & ALERT_END) != 0 && one->id != 0;
    bool tells_end = (acts & ALERT_TELL_END) != 0;
    if (ends_first) {
        act_end(alerts, one, rule, was, tells_end, now);
    }
    if ((acts & ALERT_BEGIN) != 0) {
        act_begin(alerts, one, rule);
    }
    if (one->id == 0) {
        return;
    }
    struct alert_row row = row_of(one, 0, one->state.began, one->state.times);
    if ((acts & (ALERT_BEGIN | ALERT_TELL | ALERT_ESCALATE)) != 0) {
        kept_and_told(alerts, &row);
    }
    if ((acts & ALERT_TELL) != 0) {
        send_to(alerts, rule->told->targets, rule->told->n_targets, "alert.began", &row);
    }
    if ((acts & ALERT_ESCALATE) != 0) {
        send_to(alerts, rule->told->escalate_targets, rule->told->n_escalate_targets,
                "alert.escalated", &row);
    }
    if ((acts & ALERT_END) != 0 && !ends_first) { // it began and ended with nobody looking
        struct alert_state brief = { .began = now, .times = 1 };
        act_end(alerts, one, rule, &brief, tells_end, now);
    }
}

// As it holds for this one.
static struct alert_rule rule_for(const struct alerts_own_rule *rule, const struct instance *one)
{
    struct alert_rule own = rule->rule;
    own.severity = rule->follows ? one->severity : own.severity;
    return own;
}

static void key_make(char key[static ALERTS_KEY_MAX], const char *rule,
                     const struct alerts_word *word)
{
    // No name holds this letter: names are plain.
    (void)snprintf(key, ALERTS_KEY_MAX, "%s\x1f%s\x1f%s", rule, word->about, word->keyword);
}

static struct instance *instance_new(struct alerts *alerts, const char *key, const char *rule,
                                     const struct alerts_word *word)
{
    struct about *about = about_need(alerts, word->about);
    struct instance *one = mem_new(sizeof(*one));
    size_t len = strlen(key);
    one->key = mem_new(len + 1);
    memcpy(one->key, key, len);
    one->when = word->when;
    dme_alerts_text_set(&one->rule, rule);
    dme_alerts_text_set(&one->about, word->about);
    dme_alerts_text_set(&one->keyword, word->keyword);
    dme_alerts_text_set(&one->text, word->text);
    dme_alerts_text_set(&one->acknowledged_by, "");
    dme_alerts_text_set(&one->assigned, "");
    dme_alerts_text_set(&one->note, "");
    map_set(&alerts->instances, str_of(one->key), one);
    one->of_same = about->first;
    about->first = one;
    about->count++;
    return one;
}

// --- more than alerts are made of ---------------------------------------------------------------

static void instance_see(struct alerts *alerts, struct instance *one,
                         const struct alerts_own_rule *rule, bool here, int64_t now);

// By the rule whose alert was refused, so that those learn of it who would have learnt of that.
static void refuse(struct alerts *alerts, struct about *about, const struct alerts_own_rule *rule,
                   const char *text, int64_t now)
{
    char key[ALERTS_KEY_MAX];
    const struct alerts_word word = {
        .when = rule->when, .about = about->name, .keyword = "too-many", .text = text
    };
    about->refused++;
    about->refused_at = now;
    if (about->flood != NULL && about->flood->state.here) {
        return;
    }
    if (about->flood == NULL) {
        log_event(LOG_WARNING, "alert.flood", log_text("about", about->name),
                  log_text("rule", rule->name), log_text("why", text));
        key_make(key, rule->name, &word);
        about->flood = map_find(&alerts->instances, str_of(key));
        about->flood =
            about->flood != NULL ? about->flood : instance_new(alerts, key, rule->name, &word);
        about->flood->is_flood = true;
        about->flood->severity = rule->rule.severity;
    }
    rule = dme_alerts_rule_find(alerts, about->flood->rule);
    if (rule != NULL) {
        instance_see(alerts, about->flood, rule, true, now);
    }
}

static void refuse_of_device(struct alerts *alerts, struct about *about,
                             const struct alerts_own_rule *rule, int64_t now)
{
    char text[ALERTS_TEXT_MAX];
    (void)snprintf(text, sizeof(text),
                   "%.128s says more than alerts are made of: quoin device status %.128s",
                   about->name, about->name);
    refuse(alerts, about, rule, text, now);
}

static bool is_word_of_device(enum alerts_when when)
{
    return when == ALERTS_FAULT || when == ALERTS_SUPPLY_BELOW;
}

static bool is_of_device(enum alerts_when when)
{
    return is_word_of_device(when) || when == ALERTS_DEVICE_ERROR || when == ALERTS_DEVICE_AWAY ||
           when == ALERTS_METER_GAP;
}

// May something more be watched, that may become an alert?
static bool may_hold(struct alerts *alerts, const struct alerts_own_rule *rule,
                     const struct alerts_word *word, int64_t now)
{
    struct about *about = about_need(alerts, word->about);
    if (is_word_of_device(word->when) && about->count >= ALERTS_ABOUT_HELD_MAX) {
        refuse_of_device(alerts, about, rule, now);
        return false;
    }
    if (alerts->instances.count >= ALERTS_OPEN_MAX) {
        char text[ALERTS_TEXT_MAX];
        (void)snprintf(text, sizeof(text),
                       "%d things hold that are alerts or become some; what comes now becomes "
                       "none until some of them end: quoin alert list",
                       ALERTS_OPEN_MAX);
        refuse(alerts, about_need(alerts, ALERTS_OWN_NAME), rule, text, now);
        return false;
    }
    return true;
}

static bool may_begin(struct alerts *alerts, const struct instance *one,
                      const struct alerts_own_rule *rule, int64_t now)
{
    struct about *about = about_find(alerts, one->about);
    bool is_word = is_word_of_device(one->when);
    if (one->is_flood || !is_of_device(one->when)) {
        return true; // ports have the allowance of their host, and engines are few
    }
    if ((!is_word || about->open < ALERTS_ABOUT_OPEN_MAX) &&
        dme_allow_take(is_word ? &about->words : &about->sights, &begin_allowed, 1, now)) {
        return true;
    }
    refuse_of_device(alerts, about, rule, now);
    return false;
}

// What may not begin is as what has not held long enough. Returns the acts that are left.
static unsigned held_back(struct alerts *alerts, struct instance *one,
                          const struct alerts_own_rule *rule, unsigned acts, int64_t now)
{
    if ((acts & ALERT_BEGIN) == 0 || may_begin(alerts, one, rule, now)) {
        return acts;
    }
    one->state = (struct alert_state){ .here = one->state.here, .since = one->state.since };
    one->due = now + ALERTS_HELD_BACK_MS;
    return one->id == 0 ? 0 : acts & (unsigned)(ALERT_END | ALERT_TELL_END);
}

static void instance_turn(struct alerts *alerts, struct instance *one, int64_t now)
{
    const struct alerts_own_rule *rule = dme_alerts_rule_find(alerts, one->rule);
    struct alert_state was = one->state;
    if (rule == NULL) {
        one->due = 0;
        return;
    }
    const struct alert_rule own = rule_for(rule, one);
    unsigned acts = alert_turn(&one->state, &own, alerts->zone, now, &one->due);
    acts_do(alerts, one, rule, &was, held_back(alerts, one, rule, acts, now), now);
}

static void instance_see(struct alerts *alerts, struct instance *one,
                         const struct alerts_own_rule *rule, bool here, int64_t now)
{
    const struct alert_rule own = rule_for(rule, one);
    struct alert_state was = one->state;
    unsigned acts = alert_see(&one->state, &own, alerts->zone, here, now);
    acts = held_back(alerts, one, rule, acts, now);
    acts_do(alerts, one, rule, &was, acts, now);
    if (acts == 0 && one->id != 0 && one->state.times != was.times) { // how often it came
        struct alert_row row = row_of(one, 0, one->state.began, one->state.times);
        kept_and_told(alerts, &row);
    }
    instance_turn(alerts, one, now); // when it is due next
}

static void drop_if_over(struct alerts *alerts, struct instance *one)
{
    if (one->id == 0 && !one->state.here) {
        instance_drop(alerts, one);
    }
}

// --- words --------------------------------------------------------------------------------------

static void rule_hears(struct alerts *alerts, const struct alerts_own_rule *rule,
                       const struct alerts_word *word)
{
    char key[ALERTS_KEY_MAX];
    bool here = dme_alerts_rule_holds(rule, word);
    int64_t now = clk_wall_ms();
    if (!here && about_find(alerts, word->about) == NULL) {
        return; // as with most words of most looks
    }
    key_make(key, rule->name, word);
    struct instance *one = map_find(&alerts->instances, str_of(key));
    if (one == NULL && (!here || !may_hold(alerts, rule, word, now))) {
        return;
    }
    one = one != NULL ? one : instance_new(alerts, key, rule->name, word);
    one->seen = alerts->look;
    if (here && one->id == 0) {
        dme_alerts_text_set(&one->text, word->text);
    }
    if (here && rule->follows && (one->id == 0 || word->severity > one->severity)) {
        one->severity = word->severity; // one that lasts gets worse, and not better
    }
    instance_see(alerts, one, rule, here, now);
    drop_if_over(alerts, one);
}

void dme_alerts_say(struct alerts *alerts, const struct alerts_word *word)
{
    for (size_t at = 0; at < alerts->rule_count; at++) {
        if (dme_alerts_rule_means(&alerts->rules[at], word)) {
            rule_hears(alerts, &alerts->rules[at], word);
        }
    }
}

static size_t instances_of(struct alerts *alerts, const char *about, struct instance ***list)
{
    const struct about *found = about_find(alerts, about);
    struct instance *first = found == NULL ? NULL : found->first;
    size_t count = 0;
    for (const struct instance *one = first; one != NULL; one = one->of_same) {
        count++;
    }
    *list = mem_new((count + 1) * sizeof(**list));
    count = 0;
    for (struct instance *one = first; one != NULL; one = one->of_same) {
        (*list)[count++] = one;
    }
    return count;
}

static size_t instances_all(struct alerts *alerts, struct instance ***list)
{
    size_t count = 0;
    void *value = NULL;
    *list = mem_new((alerts->instances.count + 1) * sizeof(**list));
    for (size_t at = 0; map_next(&alerts->instances, &at, &value);) {
        (*list)[count++] = value;
    }
    return count;
}

static void device_says(struct alerts *alerts, const Quoin__V1__MonitoredDevice *device)
{
    const char *worst = device->n_reasons > 0 ? device->reasons[0]->text : "It does not print.";
    struct alerts_word word = { .when = ALERTS_DEVICE_ERROR,
                                .about = device->name,
                                .keyword = "",
                                .text = worst,
                                .here = strcmp(device->state, "error") == 0 ||
                                        strcmp(device->state, "stopped") == 0 };
    dme_alerts_say(alerts, &word);
    word.when = ALERTS_DEVICE_AWAY;
    word.text = "It does not answer.";
    word.here = strcmp(device->state, "away") == 0;
    dme_alerts_say(alerts, &word);
    for (size_t at = 0; at < device->n_supplies; at++) {
        const Quoin__V1__Supply *supply = device->supplies[at];
        char text[ALERTS_TEXT_MAX];
        (void)snprintf(text, sizeof(text), "%s has %lld %% left.", supply->name,
                       (long long)supply->level);
        word =
            (struct alerts_word){ .when = ALERTS_SUPPLY_BELOW,
                                  .about = device->name,
                                  .keyword = supply->name,
                                  .text = text,
                                  .value = supply->fills && supply->level >= 0 ? 100 - supply->level
                                                                               : supply->level,
                                  .here = true };
        dme_alerts_say(alerts, &word);
    }
    for (size_t at = 0; at < device->n_open_faults; at++) {
        const Quoin__V1__Fault *fault = device->open_faults[at];
        word = (struct alerts_word){ .when = ALERTS_FAULT,
                                     .about = device->name,
                                     .keyword = fault->keyword,
                                     .text = fault->text,
                                     .here = true };
        dme_alerts_say(alerts, &word);
    }
}

static void no_more(struct alerts *alerts, struct instance *one)
{
    const struct alerts_own_rule *rule = dme_alerts_rule_find(alerts, one->rule);
    const struct alerts_word word = { .when = one->when,
                                      .about = one->about,
                                      .keyword = one->keyword,
                                      .text = one->text,
                                      .here = false };
    if (rule != NULL) {
        rule_hears(alerts, rule, &word);
    }
}

void dme_alerts_device(struct alerts *alerts, const Quoin__V1__MonitoredDevice *device)
{
    struct instance **list = NULL;
    alerts->look++;
    device_says(alerts, device);
    size_t count = instances_of(alerts, device->name, &list);
    for (size_t at = 0; at < count; at++) {
        bool is_listed = is_word_of_device(list[at]->when) && !list[at]->is_flood;
        // A device that does not answer has told nothing of these.
        if (is_listed && list[at]->seen != alerts->look && strcmp(device->state, "away") != 0) {
            no_more(alerts, list[at]);
        }
    }
    free(list);
}

static void end_quietly(struct alerts *alerts, struct instance *one)
{
    static const struct alerts_own_rule nobody;
    struct alert_state was = one->state;
    if (one->id != 0) {
        act_end(alerts, one, &nobody, &was, false, clk_wall_ms());
    }
    instance_drop(alerts, one);
}

void dme_alerts_gone(struct alerts *alerts, const char *about)
{
    struct instance **list = NULL;
    size_t count = instances_of(alerts, about, &list);
    for (size_t at = 0; at < count; at++) {
        end_quietly(alerts, list[at]);
    }
    free(list);
}

// --- people -------------------------------------------------------------------------------------

static struct instance *open_find(struct alerts *alerts, int64_t id)
{
    void *value = NULL;
    for (size_t at = 0; map_next(&alerts->instances, &at, &value);) {
        if (((struct instance *)value)->id == id && id != 0) {
            return value;
        }
    }
    return NULL;
}

bool dme_alerts_change(struct alerts *alerts, const Quoin__V1__ChangeAlertRequest *asked,
                       struct arena *arena, Quoin__V1__Alert **alert, struct err *err)
{
    struct instance *one = open_find(alerts, asked->id);
    int64_t now = clk_wall_ms();
    if (one == NULL) {
        return err_set(err, ERR_NOT_FOUND,
                       "alert %lld is not open; those that are: quoin alert list",
                       (long long)asked->id);
    }
    if (asked->acknowledge && one->state.acknowledged_at == 0) {
        one->state.acknowledged_at = now;
        dme_alerts_text_set(&one->acknowledged_by, asked->by);
    }
    if (asked->assign[0] != '\0' || asked->unassign) {
        dme_alerts_text_set(&one->assigned, asked->assign);
    }
    if (asked->mute_until > now || asked->unmute) {
        one->state.muted_until = asked->unmute ? 0 : asked->mute_until;
    }
    if (asked->note[0] != '\0') {
        dme_alerts_text_set(&one->note, asked->note);
    }
    instance_turn(alerts, one, now);
    struct alert_row row = row_of(one, 0, one->state.began, one->state.times);
    kept_and_told(alerts, &row);
    *alert = dme_alert_told(&row, arena);
    return *alert != NULL || err_set(err, ERR_LIMIT, "the alert is too big to be told");
}

const struct calendar_zone *dme_alerts_zone(const struct alerts *alerts)
{
    return alerts->zone;
}

struct deliver *dme_alerts_deliver(struct alerts *alerts)
{
    return alerts->deliver;
}

size_t dme_alerts_open(const struct alerts *alerts)
{
    return alerts->open;
}

// --- configuration, begin and end ---------------------------------------------------------------

// One of before a restart. A host that tells of too many ports has one too: that is its watch's.
static void flood_again(struct alerts *alerts, struct instance *one, enum alerts_when when)
{
    struct about *about = about_find(alerts, one->about);
    if (about->flood == NULL && (is_of_device(when) || strcmp(one->about, ALERTS_OWN_NAME) == 0)) {
        about->flood = one;
        about->refused_at = clk_wall_ms();
        one->is_flood = true;
    }
}

// What a rule that is not there any more had begun is over.
static void strays_end(struct alerts *alerts)
{
    struct instance **list = NULL;
    size_t count = instances_all(alerts, &list);
    for (size_t at = 0; at < count; at++) {
        const struct alerts_own_rule *rule = dme_alerts_rule_find(alerts, list[at]->rule);
        if (rule == NULL) {
            end_quietly(alerts, list[at]);
            continue;
        }
        if (list[at]->when == ALERTS_WHEN_COUNT && strcmp(list[at]->keyword, "too-many") == 0) {
            flood_again(alerts, list[at], rule->when);
        }
        list[at]->when = rule->when;
    }
    free(list);
}

void dme_alerts_configure(struct alerts *alerts, const struct alerts_config *config)
{
    struct deliver_target *targets = mem_new((config->target_count + 1) * sizeof(*targets));
    size_t count = 0;
    for (size_t at = 0; at < config->target_count; at++) {
        if (!config->targets[at].told->removed) {
            targets[count++] = (struct deliver_target){ .name = config->targets[at].name,
                                                        .told = config->targets[at].told };
        }
    }
    dme_deliver_targets(alerts->deliver, targets, count);
    free(targets);
    dme_alerts_rules_take(alerts, config);
    alerts->zone = config->zone;
    strays_end(alerts);
}

static void forget(struct alerts *alerts, int64_t now)
{
    struct put *put = mem_new(sizeof(*put));
    put->task = (struct store_task){ .run = put_run, .done = put_done };
    put->forget_before = now - ALERTS_KEEP_DAYS * CALENDAR_DAY_MS;
    if (!dme_store_add(alerts->store, &put->task)) {
        put_free(put);
    }
}

static void flood_ends(struct alerts *alerts, struct instance *flood, int64_t now)
{
    const struct about *about = about_find(alerts, flood->about);
    const struct alerts_own_rule *rule = dme_alerts_rule_find(alerts, flood->rule);
    if (rule != NULL && flood->state.here && now - about->refused_at >= ALERTS_FLOOD_MS) {
        instance_see(alerts, flood, rule, false, now);
    }
}

static void on_tick(void *arg)
{
    struct alerts *alerts = arg;
    struct instance **list = NULL;
    int64_t now = clk_wall_ms();
    size_t count = instances_all(alerts, &list);
    for (size_t at = 0; at < count; at++) {
        if (list[at]->is_flood) {
            flood_ends(alerts, list[at], now);
        }
        if (list[at]->due != 0 && list[at]->due <= now) {
            instance_turn(alerts, list[at], now);
        }
        drop_if_over(alerts, list[at]);
    }
    free(list);
    if (clk_mono_ms() >= alerts->sweep_at) {
        alerts->sweep_at = clk_mono_ms() + ALERTS_SWEEP_MS;
        abouts_sweep(alerts);
    }
    if (clk_mono_ms() >= alerts->forget_at) {
        alerts->forget_at = clk_mono_ms() + ALERTS_FORGET_MS;
        forget(alerts, now);
    }
}

static void row_take(struct alerts *alerts, const struct alert_row *row)
{
    char key[ALERTS_KEY_MAX];
    const struct alerts_word word = { .when = ALERTS_WHEN_COUNT, // configure tells
                                      .about = row->about.ptr,
                                      .keyword = row->keyword.ptr,
                                      .text = row->text.ptr };
    key_make(key, row->rule.ptr, &word);
    struct instance *one = map_find(&alerts->instances, str_of(key)) != NULL
                               ? NULL
                               : instance_new(alerts, key, row->rule.ptr, &word);
    if (one == NULL) {
        return;
    }
    one->id = row->id;
    one->state = row->state;
    one->severity = row->severity;
    one->due = 1; // at once
    dme_alerts_text_set(&one->acknowledged_by, row->acknowledged_by.ptr);
    dme_alerts_text_set(&one->assigned, row->assigned.ptr);
    dme_alerts_text_set(&one->note, row->note.ptr);
    alerts->open++;
    about_find(alerts, one->about)->open++;
}

static bool open_read(struct alerts *alerts, struct alerts_db *db, struct err *err)
{
    int64_t before = 0;
    size_t count = 1;
    while (count > 0 && alerts->instances.count < ALERTS_OPEN_MAX) {
        OWN(arena_free) struct arena arena = ARENA_CAP((size_t)16 << 20);
        struct alert_row *rows = arena_new_array(&arena, ALERTS_LIST_MAX, sizeof(*rows));
        const struct alerts_asked asked = { .open_only = true, .before = before };
        if (!dme_alerts_list(db, &asked, ALERTS_LIST_MAX, &arena, rows, &count, err)) {
            return false;
        }
        for (size_t at = 0; at < count; at++) {
            before = rows[at].id;
            row_take(alerts, &rows[at]);
        }
    }
    return true;
}

bool dme_alerts_new(struct net_loop *loop, struct store *store,
                    void (*changed)(void *arg, const Quoin__V1__Alert *alert), void *arg,
                    struct alerts **alerts, struct err *err)
{
    OWN(dme_alerts_free) struct alerts *made = mem_new(sizeof(*made));
    struct alerts_db *db = dme_store_part(store, STORE_ALERTS);
    int64_t ignored = 0;
    made->loop = loop;
    made->store = store;
    made->zone = calendar_zone_utc();
    made->changed = changed;
    made->changed_arg = arg;
    if (!dme_alerts_highest(db, &made->last_id, &ignored, err) || !open_read(made, db, err) ||
        !dme_deliver_new(loop, store, &made->deliver, err)) {
        return false;
    }
    made->tick = net_timer_new(loop, on_tick, made);
    net_timer_every(made->tick, ALERTS_TICK_MS);
    *alerts = made;
    made = NULL;
    return true;
}

void dme_alerts_free(struct alerts **alerts)
{
    struct alerts *old = *alerts;
    void *value = NULL;
    if (old == NULL) {
        return;
    }
    net_timer_free(&old->tick);
    dme_deliver_free(&old->deliver);
    for (size_t at = 0; map_next(&old->instances, &at, &value);) {
        instance_free(value);
    }
    for (size_t at = 0; map_next(&old->abouts, &at, &value);) {
        about_free(value);
    }
    map_free(&old->instances);
    map_free(&old->abouts);
    dme_alerts_rules_free(old);
    free(old);
    *alerts = NULL;
}
