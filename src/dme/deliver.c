// deliver: see deliver.h.
//
// no unit test: tests/unit/dme/test_alerts.c sends to a webhook of its own.

#include "dme/deliver.h"

#include "base/clk.h"
#include "base/enc.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/rnd.h"
#include "dme/message.h"
#include "dme/place.h"
#include "post/post.h"

#include <stdio.h>
#include <stdlib.h>

enum { DELIVER_TICK_MS = 250, DELIVER_SECRETS_MAX = 1000 };

struct target {
    char *name;
    Quoin__V1__AlertTarget *told; // owned
    bool gone;                    // it said 410
};

struct deliver {
    struct net_loop *loop;
    struct store *store;
    struct net_pool *pool; // owned
    struct net_timer *tick;
    struct place *places; // owned; one for each target that something waits for
    unsigned flying;      // being sent
    unsigned suspects;    // of them to targets that failed or were slow
    uint64_t turn;
    bool is_ending;
    struct target *targets; // owned
    size_t target_count;
    struct map secrets; // by the target's name, of owned texts
    int64_t last_id;
    void (*tried)(void *arg, const struct delivery_row *row);
    void *tried_arg;
};

// --- the store ----------------------------------------------------------------------------------

struct put {
    struct store_task task; // first
    struct arena arena;
    struct delivery_row row;
    struct secret_row secret;
    bool is_secret;
};

static bool put_run(struct store_task *task, struct err *err)
{
    struct put *put = (struct put *)(void *)task;
    struct alerts_db *db = dme_store_part(task->store, STORE_ALERTS);
    const struct secret_row *secret = &put->secret;
    return put->is_secret
               ? dme_secret_put(db, secret->kind, secret->name, secret->field, secret->value, err)
               : dme_delivery_put(db, &put->row, err);
}

static void put_done(struct store_task *task, bool ok, const struct err *err)
{
    struct put *put = (struct put *)(void *)task;
    if (!ok) {
        log_event(LOG_ERROR, "delivery.not-kept", log_text("why", err->text));
    }
    arena_free(&put->arena);
    free(put);
}

static void keep(struct deliver *deliver, const struct delivery_row *row)
{
    struct put *put = mem_new(sizeof(*put));
    put->task = (struct store_task){ .run = put_run, .done = put_done };
    put->arena = ARENA_CAP((size_t)4 * POST_TEXT_MAX);
    dme_delivery_copy(&put->arena, row, &put->row);
    if (!arena_ok(&put->arena) || !dme_store_add(deliver->store, &put->task)) {
        log_event(LOG_ERROR, "delivery.not-kept", log_text("why", "the store takes nothing"));
        arena_free(&put->arena);
        free(put);
    }
}

// --- targets ------------------------------------------------------------------------------------

static void targets_free(struct deliver *deliver)
{
    for (size_t at = 0; at < deliver->target_count; at++) {
        free(deliver->targets[at].name);
        quoin__v1__alert_target__free_unpacked(deliver->targets[at].told, NULL);
    }
    free(deliver->targets);
    deliver->targets = NULL;
    deliver->target_count = 0;
}

static char *text_new(const char *text)
{
    size_t len = strlen(text);
    char *copy = mem_new(len + 1);
    memcpy(copy, text, len);
    return copy;
}

static struct target *target_find(const struct deliver *deliver, struct str name)
{
    for (size_t at = 0; at < deliver->target_count; at++) {
        if (str_eq(str_of(deliver->targets[at].name), name)) {
            return &deliver->targets[at];
        }
    }
    return NULL;
}

static struct place *place_find(const struct deliver *deliver, struct str name)
{
    for (struct place *at = deliver->places; at != NULL; at = at->next) {
        if (str_eq(str_of(at->name), name)) {
            return at;
        }
    }
    return NULL;
}

// One that is another now need not wait for what the old one failed at.
static void forgive(struct deliver *deliver, const char *name, const Quoin__V1__AlertTarget *told)
{
    const struct target *was = target_find(deliver, str_of(name));
    struct place *place = place_find(deliver, str_of(name));
    if (place != NULL && (was == NULL || !dme_message_same(&was->told->base, &told->base))) {
        dme_place_forgive(place);
    }
}

void dme_deliver_targets(struct deliver *deliver, const struct deliver_target *targets,
                         size_t count)
{
    struct target *made = mem_new((count + 1) * sizeof(*made));
    size_t made_count = 0;
    for (size_t at = 0; at < count; at++) {
        Quoin__V1__AlertTarget *told =
            (Quoin__V1__AlertTarget *)dme_message_copy(&targets[at].told->base);
        if (told != NULL) {
            forgive(deliver, targets[at].name, told);
            made[made_count++] =
                (struct target){ .name = text_new(targets[at].name), .told = told };
        }
    }
    targets_free(deliver);
    deliver->targets = made;
    deliver->target_count = made_count;
}

bool dme_deliver_has(const struct deliver *deliver, const char *target)
{
    return target_find(deliver, str_of(target)) != NULL;
}

// --- sending ------------------------------------------------------------------------------------

struct sending { // one try; the pool's while it runs
    struct deliver *deliver;
    struct place *place; // it is there as long as the entry is in it
    struct place_entry *entry;
    bool was_suspect;
    Quoin__V1__AlertTarget *target; // owned
    char *secret;                   // owned; NULL: none
    char id[100];
    int64_t took_ms;
    bool worked; // else the engine ended before it was its turn
    bool ok;
    struct post_answer answer;
    struct err err;
};

static void send_mail(struct sending *sending)
{
    const struct delivery_row *row = &sending->entry->row;
    const Quoin__V1__AlertTarget *target = sending->target;
    const struct post_mail mail = {
        .server = target->server,
        .user = target->user,
        .password = sending->secret,
        .from = target->from,
        .to = target->address,
        .subject = row->subject.ptr,
        .text = row->body.ptr,
        .id = sending->id,
        .at = row->at,
        .need_tls = target->need_tls,
        .authority = target->authority[0] == '\0' ? NULL : target->authority,
    };
    sending->ok = post_mail_send(&mail, &sending->answer, &sending->err);
}

static void send_hook(struct sending *sending)
{
    const struct post_hook hook = {
        .url = sending->target->address,
        .secret = sending->secret,
        .id = sending->id,
        .at = clk_wall_ms(), // of this try: who is called refuses what is five minutes old
        .body = sending->entry->row.body,
        .authority = sending->target->authority[0] == '\0' ? NULL : sending->target->authority,
    };
    sending->ok = post_hook_send(&hook, &sending->answer, &sending->err);
}

static void work(void *arg)
{
    struct sending *sending = arg;
    int64_t began = clk_mono_ms();
    sending->worked = true;
    if (strcmp(sending->target->kind, "mail") == 0) {
        send_mail(sending);
    } else if (strcmp(sending->target->kind, "webhook") == 0) {
        send_hook(sending);
    } else {
        const char *subject = sending->entry->row.subject.ptr;
        const char *path = sending->target->address;
        bool critical = strncmp(subject, "critical: ", strlen("critical: ")) == 0;
        sending->ok = post_syslog(path[0] == '\0' ? NULL : path, critical, subject,
                                  &sending->answer, &sending->err);
    }
    sending->took_ms = clk_mono_ms() - began;
}

static void told_of(struct deliver *deliver, struct place *place, struct place_entry *entry)
{
    const struct delivery_row *row = &entry->row;
    log_event(row->state == DELIVERY_GIVEN_UP ? LOG_WARNING : LOG_INFO, "delivery.tried",
              log_int("delivery", row->id), log_str("target", row->target),
              log_int("tries", row->tries), log_int("done", row->state == DELIVERY_DONE),
              log_str("answer", row->answer));
    keep(deliver, row);
    if (deliver->tried != NULL) {
        deliver->tried(deliver->tried_arg, row);
    }
    if (row->state != DELIVERY_WAITS) {
        dme_place_take(place, entry);
        dme_place_entry_free(entry);
    }
}

static void sending_free(struct sending *sending)
{
    quoin__v1__alert_target__free_unpacked(sending->target, NULL);
    if (sending->secret != NULL) {
        mem_wipe(sending->secret, strlen(sending->secret));
    }
    free(sending->secret);
    free(sending);
}

static void send_what_is_due(struct deliver *deliver);

static void done(void *arg)
{
    struct sending *sending = arg;
    struct deliver *deliver = sending->deliver;
    struct place_entry *entry = sending->entry;
    struct target *target = target_find(deliver, entry->row.target);
    struct place_try was = { .ok = sending->ok,
                             .answered = sending->answer.status != 0,
                             .again = sending->answer.again,
                             .took_ms = sending->took_ms,
                             .answer = sending->ok ? sending->answer.text : sending->err.text };
    entry->sending = false;
    sending->place->flying--;
    deliver->flying--;
    deliver->suspects -= sending->was_suspect;
    if (sending->answer.gone && target != NULL) {
        target->gone = true;
    }
    char status[32];
    if (was.answer[0] == '\0') {
        (void)snprintf(status, sizeof(status), "%ld", sending->answer.status);
        was.answer = sending->answer.status == 0 ? "sent" : status;
    }
    if (sending->worked) {
        dme_place_tried(sending->place, entry, &was, clk_wall_ms());
        told_of(deliver, sending->place, entry);
    }
    sending_free(sending);
    send_what_is_due(deliver);
}

// False: no thread takes it now.
static bool try_entry(struct deliver *deliver, struct place *place, struct place_entry *entry,
                      int64_t now)
{
    struct target *target = target_find(deliver, entry->row.target);
    if (target == NULL || target->told->off || target->gone) {
        const struct place_try was = { .answer =
                                           target == NULL ? "there is no such target any more"
                                           : target->gone
                                               ? "the webhook said that it is wanted no more (410)"
                                               : "the target is turned off" };
        dme_place_tried(place, entry, &was, now);
        told_of(deliver, place, entry);
        return true;
    }
    struct sending *sending = mem_new(sizeof(*sending));
    const char *secret = map_find(&deliver->secrets, entry->row.target);
    *sending =
        (struct sending){ .deliver = deliver,
                          .place = place,
                          .entry = entry,
                          .was_suspect = place->is_suspect,
                          .target = (Quoin__V1__AlertTarget *)dme_message_copy(&target->told->base),
                          .secret = secret == NULL ? NULL : text_new(secret) };
    (void)snprintf(sending->id, sizeof(sending->id), "%s", entry->row.message_id.ptr);
    if (sending->target == NULL || !net_pool_run(deliver->pool, work, done, sending)) {
        sending_free(sending);
        return false;
    }
    entry->sending = true;
    place->flying++;
    deliver->flying++;
    deliver->suspects += sending->was_suspect;
    return true;
}

// Whose turn it is: what somebody waits for, then what is most important, then who waited longest.
static bool goes_before(const struct place *one, const struct place_entry *of_one,
                        const struct place *other, const struct place_entry *of_other)
{
    if (of_one->asked != of_other->asked) {
        return of_one->asked;
    }
    if (of_one->row.severity != of_other->row.severity) {
        return of_one->row.severity > of_other->row.severity;
    }
    return one->turn < other->turn;
}

static struct place *place_next(struct deliver *deliver, int64_t now, struct place_entry **entry)
{
    struct place *next = NULL;
    for (struct place *at = deliver->places; at != NULL; at = at->next) {
        struct place_entry *due = dme_place_due(at, now);
        if (due == NULL) {
            continue;
        }
        unsigned suspects_max = due->asked ? 2 * DELIVER_SUSPECTS_MAX : DELIVER_SUSPECTS_MAX;
        if ((!at->is_suspect || deliver->suspects < suspects_max) &&
            (next == NULL || goes_before(at, due, next, *entry))) {
            next = at;
            *entry = due;
        }
    }
    return next;
}

static void send_what_is_due(struct deliver *deliver)
{
    int64_t now = clk_wall_ms();
    bool going = !deliver->is_ending;
    while (going && deliver->flying < DELIVER_THREADS) {
        struct place_entry *entry = NULL;
        struct place *place = place_next(deliver, now, &entry);
        going = place != NULL && try_entry(deliver, place, entry, now);
        if (place != NULL) {
            place->turn = ++deliver->turn;
        }
    }
}

// What gave way is said once a minute for each target, with how many.
static void tell_dropped(struct place *place, int64_t now)
{
    if (place->dropped == 0 || now - place->told_at < PLACE_TELL_EACH_MS) {
        return;
    }
    log_event(LOG_WARNING, "delivery.dropped", log_text("target", place->name),
              log_int("count", place->dropped), log_int("waiting", (int64_t)place->waiting),
              log_text("why", "too much waits to be sent to this target"));
    place->dropped = 0;
    place->told_at = now;
}

static void on_tick(void *arg)
{
    struct deliver *deliver = arg;
    int64_t now = clk_wall_ms();
    send_what_is_due(deliver);
    for (struct place **at = &deliver->places; *at != NULL;) {
        struct place *place = *at;
        tell_dropped(place, now);
        if (place->waiting > 0 || place->dropped > 0 ||
            target_find(deliver, str_of(place->name)) != NULL) {
            at = &place->next;
            continue;
        }
        *at = place->next;
        dme_place_free(&place);
    }
}

// --- what is to be sent -------------------------------------------------------------------------

static struct place *place_need(struct deliver *deliver, struct str target)
{
    struct place *place = place_find(deliver, target);
    if (place == NULL) {
        place = dme_place_new(target.ptr);
        place->next = deliver->places;
        deliver->places = place;
    }
    return place;
}

static void give_way(struct deliver *deliver, struct place_entry *entry)
{
    char answer[100];
    (void)snprintf(answer, sizeof(answer), "it gave way: more than %d waited for this target",
                   PLACE_WAITING_MAX);
    entry->row.state = DELIVERY_DROPPED;
    entry->row.next_try = 0;
    entry->row.answer = str_of(answer);
    keep(deliver, &entry->row);
    if (deliver->tried != NULL) {
        deliver->tried(deliver->tried_arg, &entry->row);
    }
    dme_place_entry_free(entry);
}

// asked: by somebody who waits for what comes of it. The row is on disk, or will be before it is
// tried.
static bool entry_add(struct deliver *deliver, const struct delivery_row *row, bool asked)
{
    struct place_entry *entry = dme_place_entry(row);
    if (entry == NULL) {
        return false;
    }
    entry->asked = asked;
    struct place_entry *gives_way = dme_place_add(place_need(deliver, entry->row.target), entry);
    if (gives_way != NULL) {
        give_way(deliver, gives_way);
    }
    return true;
}

int64_t dme_deliver_send(struct deliver *deliver, const char *target,
                         const struct deliver_news *news)
{
    const struct target *found = target_find(deliver, str_of(target));
    char message_id[100];
    if (found == NULL || found->told->off) {
        log_event(LOG_WARNING, "delivery.refused", log_text("target", target),
                  log_text("why", found == NULL ? "there is no such target" : "it is turned off"));
        return 0;
    }
    (void)snprintf(message_id, sizeof(message_id), "quoin-%lld-%lld-%08llx", (long long)news->alert,
                   (long long)deliver->last_id + 1, (unsigned long long)rnd_below(UINT32_MAX));
    bool is_hook = strcmp(found->told->kind, "webhook") == 0;
    const struct delivery_row row = {
        .id = ++deliver->last_id,
        .alert = news->alert,
        .target = str_of(target),
        .at = clk_wall_ms(),
        .state = DELIVERY_WAITS,
        .message_id = str_of(message_id),
        .subject = str_of(news->subject),
        .body = str_of(is_hook ? news->json : news->text),
        .severity = news->alert == 0 ? ALERT_CRITICAL : news->severity,
    };
    keep(deliver, &row);
    return entry_add(deliver, &row, news->alert == 0) ? row.id : 0;
}

bool dme_deliver_again(struct deliver *deliver, const struct delivery_row *row, struct err *err)
{
    const struct target *target = target_find(deliver, row->target);
    if (target == NULL || target->told->off) {
        return err_set(err, ERR_NOT_FOUND, "the target \"%.*s\" is %s", (int)row->target.len,
                       row->target.ptr, target == NULL ? "not there any more" : "turned off");
    }
    struct place *place = place_find(deliver, row->target);
    struct place_entry *found = place == NULL ? NULL : dme_place_find(place, row->id);
    if (found != NULL) {
        found->row.next_try = 0;
        found->asked = true;
        return true;
    }
    struct delivery_row again = *row;
    again.state = DELIVERY_WAITS;
    again.next_try = 0;
    return entry_add(deliver, &again, true) ||
           err_set(err, ERR_LIMIT, "this delivery is too big to be sent again");
}

void dme_deliver_on_tried(struct deliver *deliver,
                          void (*tried)(void *arg, const struct delivery_row *row), void *arg)
{
    deliver->tried = tried;
    deliver->tried_arg = arg;
}

// --- secrets ------------------------------------------------------------------------------------

static void secret_take(struct deliver *deliver, struct str target, struct str secret)
{
    char *old = map_drop(&deliver->secrets, target);
    if (old != NULL) {
        mem_wipe(old, strlen(old));
        free(old);
    }
    if (secret.len > 0) {
        char *text = mem_new(secret.len + 1);
        memcpy(text, secret.ptr, secret.len);
        map_set(&deliver->secrets, target, text);
    }
}

bool dme_deliver_secret(struct deliver *deliver, const char *target, const char *secret,
                        struct err *err)
{
    const struct target *found = target_find(deliver, str_of(target));
    bool is_hook = found != NULL && strcmp(found->told->kind, "webhook") == 0;
    if (found == NULL) {
        return err_set(err, ERR_NOT_FOUND, "there is no target \"%s\"; quoin alert target list",
                       target);
    }
    if (is_hook && secret != NULL && secret[0] != '\0' &&
        !post_hook_check(found->told->address, secret, err)) {
        return false;
    }
    struct put *put = mem_new(sizeof(*put));
    put->task = (struct store_task){ .run = put_run, .done = put_done };
    put->arena = ARENA_CAP(POST_TEXT_MAX);
    put->is_secret = true;
    put->secret = (struct secret_row){
        .kind = STR("target"),
        .name = arena_copy(&put->arena, str_of(target)),
        .field = STR("secret"),
        .value = arena_copy(&put->arena, str_of(secret == NULL ? "" : secret)),
    };
    if (!arena_ok(&put->arena) || !dme_store_add(deliver->store, &put->task)) {
        arena_free(&put->arena);
        free(put);
        return err_set(err, ERR_UNAVAILABLE, "the store takes nothing now; try again");
    }
    secret_take(deliver, str_of(target), str_of(secret == NULL ? "" : secret));
    struct place *place = place_find(deliver, str_of(target));
    if (place != NULL) {
        dme_place_forgive(place);
    }
    return true;
}

static bool secrets_read(struct deliver *deliver, struct alerts_db *db, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP((size_t)DELIVER_SECRETS_MAX * 2048);
    struct secret_row *rows = arena_new_array(&arena, DELIVER_SECRETS_MAX, sizeof(*rows));
    size_t count = 0;
    if (!dme_secret_list(db, STR("target"), DELIVER_SECRETS_MAX, &arena, rows, &count, err)) {
        return false;
    }
    for (size_t at = 0; at < count; at++) {
        secret_take(deliver, rows[at].name, rows[at].value);
    }
    return true;
}

// --- begin and end ------------------------------------------------------------------------------

// In whatever order it is read, it stands in its target's place in the order in which it is sent.
static bool waiting_read(struct deliver *deliver, struct alerts_db *db, struct err *err)
{
    int64_t before = 0;
    size_t count = 1;
    while (count > 0) {
        OWN(arena_free) struct arena arena = ARENA_CAP((size_t)64 << 20);
        struct delivery_row *rows = arena_new_array(&arena, ALERTS_LIST_MAX, sizeof(*rows));
        const struct deliveries_asked asked = { .waiting = true, .before = before };
        if (!dme_delivery_list(db, &asked, ALERTS_LIST_MAX, &arena, rows, &count, err)) {
            return false;
        }
        for (size_t at = 0; at < count; at++) {
            before = rows[at].id;
            (void)entry_add(deliver, &rows[at], false);
        }
    }
    return true;
}

bool dme_deliver_new(struct net_loop *loop, struct store *store, struct deliver **deliver,
                     struct err *err)
{
    OWN(dme_deliver_free) struct deliver *made = mem_new(sizeof(*made));
    struct alerts_db *db = dme_store_part(store, STORE_ALERTS);
    int64_t ignored = 0;
    made->loop = loop;
    made->store = store;
    if (!post_start(err) || !dme_alerts_highest(db, &ignored, &made->last_id, err) ||
        !secrets_read(made, db, err) || !waiting_read(made, db, err)) {
        return false;
    }
    made->pool = net_pool_new(loop, DELIVER_THREADS);
    made->tick = net_timer_new(loop, on_tick, made);
    net_timer_every(made->tick, DELIVER_TICK_MS);
    *deliver = made;
    made = NULL;
    return true;
}

void dme_deliver_free(struct deliver **deliver)
{
    struct deliver *old = *deliver;
    void *secret = NULL;
    if (old == NULL) {
        return;
    }
    old->is_ending = true;
    net_timer_free(&old->tick);
    net_pool_free(&old->pool);
    while (old->places != NULL) {
        struct place *next = old->places->next;
        dme_place_free(&old->places);
        old->places = next;
    }
    for (size_t at = 0; map_next(&old->secrets, &at, &secret);) {
        mem_wipe(secret, strlen(secret));
        free(secret);
    }
    map_free(&old->secrets);
    targets_free(old);
    free(old);
    *deliver = NULL;
}

Quoin__V1__Delivery *dme_delivery_told(const struct delivery_row *row, struct arena *arena)
{
    Quoin__V1__Delivery *told = arena_new(arena, sizeof(*told));
    if (told == NULL) {
        return NULL;
    }
    quoin__v1__delivery__init(told);
    told->id = row->id;
    told->alert = row->alert;
    told->target = arena_text(arena, row->target);
    told->at = row->at;
    told->tries = (uint32_t)row->tries;
    told->done = row->state == DELIVERY_DONE;
    told->dropped = row->state == DELIVERY_DROPPED;
    told->answer = arena_text(arena, row->answer);
    told->next_try = row->state == DELIVERY_WAITS ? row->next_try : 0;
    told->message_id = arena_text(arena, row->message_id);
    return arena_ok(arena) ? told : NULL;
}
