// table: see table.h.

#include "dre/table.h"

#include "base/enc.h"

#include "base/mem.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void dre_table_init(struct table *table)
{
    *table = (struct table){ .next_id = 1 };
}

static void owner_free(struct owner *owner)
{
    free(owner->name);
    free(owner);
}

void dre_table_fini(struct table *table)
{
    void *value = NULL;
    for (size_t at = 0; map_next(&table->jobs, &at, &value);) {
        struct job *job = value;
        free(job->text);
        free(job->key_told);
        free(job);
    }
    for (size_t at = 0; map_next(&table->owners, &at, &value);) {
        owner_free(value);
    }
    for (size_t at = 0; map_next(&table->queues, &at, &value);) {
        free(value);
    }
    for (size_t at = 0; map_next(&table->printers, &at, &value);) {
        free(value);
    }
    map_free(&table->jobs);
    map_free(&table->owners);
    map_free(&table->queues);
    map_free(&table->printers);
    dre_marks_free(&table->marks);
    dre_sent_free(&table->sent);
}

void dre_table_list_add(struct table_list *list, struct job *job, enum table_link link)
{
    // Almost always the newest; a job that ends, or comes back to a turn, may belong before others.
    struct job *after = list->last;
    while (after != NULL && after->id > job->id) {
        after = after->link[link].prev;
    }
    struct job *before = after == NULL ? list->first : after->link[link].next;
    job->link[link].prev = after;
    job->link[link].next = before;
    *(after == NULL ? &list->first : &after->link[link].next) = job;
    *(before == NULL ? &list->last : &before->link[link].prev) = job;
    list->count++;
}

void dre_table_list_drop(struct table_list *list, struct job *job, enum table_link link)
{
    struct job *prev = job->link[link].prev;
    struct job *next = job->link[link].next;
    *(prev == NULL ? &list->first : &prev->link[link].next) = next;
    *(next == NULL ? &list->last : &next->link[link].prev) = prev;
    job->link[link].prev = NULL;
    job->link[link].next = NULL;
    list->count--;
}

static struct owner *owner_get(struct table *table, struct str name)
{
    struct owner *owner = map_find(&table->owners, name);
    if (owner == NULL) {
        owner = mem_new(sizeof(*owner));
        owner->name = mem_new(name.len + 1);
        memcpy(owner->name, name.ptr, name.len);
        map_set(&table->owners, name, owner);
    }
    return owner;
}

static void owner_drop_if_idle(struct table *table, struct owner *owner)
{
    if (owner->open.count == 0 && owner->ended.count == 0) {
        (void)map_drop(&table->owners, str_of(owner->name)); // we hold it
        owner_free(owner);
    }
}

struct job *dre_table_job_new(struct table *table, uint32_t id, struct queue *queue,
                              struct str owner, const struct job_text *text)
{
    struct job *job = mem_new(sizeof(*job));
    job->id = id == 0 ? table->next_id : id;
    if (job->id >= table->next_id) {
        table->next_id = job->id + 1;
    }
    job->queue = queue;
    job->printer = queue->printer;
    job->owner = owner_get(table, owner);
    job->copies = 1;
    dre_table_job_set_text(job, text);
    map_set(&table->jobs, map_key(&job->id, sizeof(job->id)), job);
    dre_table_list_add(&queue->open, job, TABLE_BY_QUEUE);
    dre_table_list_add(&job->owner->open, job, TABLE_BY_OWNER);
    dre_table_list_add(&table->open, job, TABLE_BY_AGE);
    return job;
}

void dre_table_job_free(struct table *table, struct job *job)
{
    if (job->is_ended) {
        dre_table_list_drop(&table->ended, job, TABLE_BY_AGE);
        dre_table_list_drop(&job->queue->ended, job, TABLE_BY_QUEUE);
        dre_table_list_drop(&job->owner->ended, job, TABLE_BY_OWNER);
    } else {
        dre_table_list_drop(&job->queue->open, job, TABLE_BY_QUEUE);
        dre_table_list_drop(&job->owner->open, job, TABLE_BY_OWNER);
        dre_table_list_drop(&table->open, job, TABLE_BY_AGE);
    }
    if (job->is_marked) {
        dre_marks_drop(&table->marks, job->id);
    }
    if (job->is_ready) {
        dre_table_list_drop(&job->printer->waiting, job, TABLE_BY_TURN);
    }
    if (!job->is_ended && dre_sent_find(&table->sent, job->uuid) == job->id) {
        dre_sent_drop(&table->sent, job->uuid); // nothing came of it
    }
    assert(job->live == NULL);
    owner_drop_if_idle(table, job->owner);
    (void)map_drop(&table->jobs, map_key(&job->id, sizeof(job->id)));
    free(job->text);
    free(job->key_told);
    free(job);
}

struct job *dre_table_job_find(const struct table *table, uint32_t id)
{
    return map_find(&table->jobs, map_key(&id, sizeof(id)));
}

struct str dre_table_job_title(const struct job_text *text)
{
    bool is_named = text->name.len > 0 && !str_eq(text->name, STR("Untitled")); // as ippd has it
    return is_named || text->document.len == 0 ? text->name : text->document;
}

struct job_text dre_table_job_text(const struct job *job)
{
    const char *at = job->text;
    struct job_text text = { .name = { at, job->name_len } };
    at += job->name_len;
    text.document = (struct str){ at, job->document_len };
    at += job->document_len;
    text.format = (struct str){ at, job->format_len };
    at += job->format_len;
    text.ticket = (struct str){ at, job->ticket_len };
    at += job->ticket_len;
    text.sent = (struct str){ at, job->sent_len };
    at += job->sent_len;
    text.printer = (struct str){ at, job->printer_len };
    at += job->printer_len;
    text.account = (struct str){ at, job->account_len };
    at += job->account_len;
    text.identity = (struct str){ at, job->identity_len };
    at += job->identity_len;
    text.by = (struct str){ at, job->by_len };
    at += job->by_len;
    text.device = (struct str){ at, job->device_len };
    at += job->device_len;
    text.notice = (struct str){ at, job->notice_len };
    at += job->notice_len;
    text.message = (struct str){ at, job->message_len };
    return text;
}

static char *put(char *at, struct str run, uint16_t *len, size_t *left)
{
    size_t take = run.len < *left ? run.len : *left;
    if (take > 0) {
        memcpy(at, run.ptr, take);
    }
    *len = (uint16_t)take;
    *left -= take;
    return at + take;
}

void dre_table_job_set_text(struct job *job, const struct job_text *text)
{
    size_t left = text->name.len + text->document.len + text->format.len + text->ticket.len +
                  text->sent.len + text->printer.len + text->account.len + text->identity.len +
                  text->by.len + text->device.len + text->notice.len + text->message.len;
    left = left > TABLE_TEXT_MAX ? TABLE_TEXT_MAX : left;
    char *block = mem_new(left + 1);
    char *at = put(block, text->name, &job->name_len, &left);
    at = put(at, text->document, &job->document_len, &left);
    at = put(at, text->format, &job->format_len, &left);
    at = put(at, text->ticket, &job->ticket_len, &left);
    at = put(at, text->sent, &job->sent_len, &left);
    at = put(at, text->printer, &job->printer_len, &left);
    at = put(at, text->account, &job->account_len, &left);
    at = put(at, text->identity, &job->identity_len, &left);
    at = put(at, text->by, &job->by_len, &left);
    at = put(at, text->device, &job->device_len, &left);
    at = put(at, text->notice, &job->notice_len, &left);
    at = put(at, text->message, &job->message_len, &left); // the last: nothing stands behind it
    // What clients and printers said is shown and listed: nothing but the ticket is bytes.
    enc_make_plain(block, (size_t)job->name_len + job->document_len);
    size_t tail = (size_t)job->printer_len + job->account_len + job->identity_len + job->by_len +
                  job->device_len + job->notice_len + job->message_len;
    enc_make_plain(at - tail, tail);
    free(job->text);
    job->text = block;
}

static void owner_drop_if_idle(struct table *table, struct owner *owner);

void dre_table_job_set_owner(struct table *table, struct job *job, struct str owner)
{
    struct owner *before = job->owner;
    struct owner *now = owner_get(table, owner);
    if (now == before) {
        return;
    }
    dre_table_list_drop(job->is_ended ? &before->ended : &before->open, job, TABLE_BY_OWNER);
    job->owner = now;
    dre_table_list_add(job->is_ended ? &now->ended : &now->open, job, TABLE_BY_OWNER);
    owner_drop_if_idle(table, before);
}

void dre_table_job_set_printer(struct job *job, struct printer *printer)
{
    struct job_text text = dre_table_job_text(job);
    assert(!job->is_ready); // it stands in no printer's list
    job->printer = printer;
    text.printer = str_of(printer->name);
    dre_table_job_set_text(job, &text);
}

void dre_table_job_set_message(struct job *job, struct str message)
{
    struct job_text text = dre_table_job_text(job);
    if (!str_eq(text.message, message)) {
        text.message = message;
        dre_table_job_set_text(job, &text);
    }
}

void dre_table_job_mark(struct table *table, struct job *job)
{
    bool is_open = !dre_job_has_ended(&job->core);
    struct str sent = dre_table_job_text(job).sent;
    if (job->is_marked) {
        dre_marks_drop(&table->marks, job->id);
        job->is_marked = false;
    }
    while (is_open && sent.len > 0) {
        const char *end = memchr(sent.ptr, '\n', sent.len);
        size_t len = end == NULL ? sent.len : (size_t)(end - sent.ptr);
        dre_marks_add(&table->marks, (struct str){ sent.ptr, len }, job->id);
        job->is_marked = true;
        size_t past = end == NULL ? len : len + 1;
        sent = (struct str){ sent.ptr + past, sent.len - past };
    }
    if (is_open && (job->core.flags & JOB_FLAG_UNCLAIMED) != 0) {
        dre_marks_add(&table->marks, STR(TABLE_MARK_UNCLAIMED), job->id);
        job->is_marked = true;
    }
    if (is_open && job->release_key[0] != '\0') {
        dre_marks_add(&table->marks, str_of(job->release_key), job->id);
        job->is_marked = true;
    }
}

void dre_table_job_update(struct table *table, struct job *job)
{
    if (!dre_job_has_ended(&job->core) || job->is_ended) {
        return;
    }
    dre_table_list_drop(&job->queue->open, job, TABLE_BY_QUEUE);
    dre_table_list_drop(&job->owner->open, job, TABLE_BY_OWNER);
    dre_table_list_drop(&table->open, job, TABLE_BY_AGE);
    job->is_ended = true;
    dre_table_job_mark(table, job);
    dre_table_list_add(&job->queue->ended, job, TABLE_BY_QUEUE);
    dre_table_list_add(&job->owner->ended, job, TABLE_BY_OWNER);
    dre_table_list_add(&table->ended, job, TABLE_BY_AGE);
    while (table->ended.count > TABLE_ENDED_MAX && table->ended.first != job) {
        struct job *oldest = table->ended.first;
        if (oldest->live != NULL) { // still being written
            return;
        }
        dre_table_job_free(table, oldest);
    }
}

static void copy_name(char *to, size_t size, struct str name)
{
    size_t len = name.len < size ? name.len : size - 1;
    memcpy(to, name.ptr, len);
    to[len] = '\0';
}

struct queue *dre_table_queue_new(struct table *table, struct str name)
{
    struct queue *queue = mem_new(sizeof(*queue));
    copy_name(queue->name, sizeof(queue->name), name);
    queue->expire_hours = TABLE_EXPIRE_HOURS;
    queue->trust = TRUST_CLAIMED;
    map_set(&table->queues, str_of(queue->name), queue);
    return queue;
}

struct queue *dre_table_queue_find(const struct table *table, struct str name)
{
    return map_find(&table->queues, name);
}

void dre_table_queue_drop(struct table *table, struct queue *queue)
{
    assert(queue->open.count == 0);
    while (queue->ended.first != NULL) {
        // The dropped one has left the list: its first is another.
        // NOLINTNEXTLINE(clang-analyzer-unix.Malloc)
        dre_table_job_free(table, queue->ended.first);
    }
    if (queue->printer != NULL) {
        queue->printer->queue_count--;
    }
    (void)map_drop(&table->queues, str_of(queue->name)); // we hold it
    free(queue);
}

struct printer *dre_table_printer_new(struct table *table, struct str name)
{
    struct printer *printer = mem_new(sizeof(*printer));
    copy_name(printer->name, sizeof(printer->name), name);
    copy_name(printer->state, sizeof(printer->state), STR("idle"));
    map_set(&table->printers, str_of(printer->name), printer);
    return printer;
}

struct printer *dre_table_printer_find(const struct table *table, struct str name)
{
    return map_find(&table->printers, name);
}

void dre_table_printer_drop(struct table *table, struct printer *printer)
{
    assert(printer->queue_count == 0 && printer->waiting.count == 0);
    for (struct job *job = table->ended.first; job != NULL; job = job->link[TABLE_BY_AGE].next) {
        if (job->printer == printer) { // its name stays in the job's text
            job->printer = job->queue->printer;
        }
    }
    (void)map_drop(&table->printers, str_of(printer->name)); // we hold it
    free(printer);
}

bool dre_table_printer_has_jobs(const struct table *table, const struct printer *printer)
{
    const struct job *job = table->open.first;
    while (job != NULL && job->printer != printer) {
        job = job->link[TABLE_BY_AGE].next;
    }
    return job != NULL;
}

struct str dre_table_owner_name(struct str claimed, char *text, size_t size)
{
    size_t len = claimed.len < size ? claimed.len : size - 1;
    for (size_t at = 0; at < len; at++) {
        char byte = claimed.ptr[at];
        text[at] = byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
    }
    text[len] = '\0';
    return (struct str){ text, len };
}

void dre_table_uuid_text(const uint8_t uuid[static 16], char text[static 37])
{
    static const char digits[] = "0123456789abcdef";
    size_t at = 0;
    for (size_t byte = 0; byte < 16; byte++) {
        if (byte == 4 || byte == 6 || byte == 8 || byte == 10) {
            text[at++] = '-';
        }
        text[at++] = digits[uuid[byte] >> 4];
        text[at++] = digits[uuid[byte] & 15];
    }
    text[at] = '\0';
}

// Where the job stands by this link.
static const struct table_list *list_of(const struct table *table, const struct job *job,
                                        enum table_link link)
{
    bool is_ended = job->is_ended;
    switch (link) {
    case TABLE_BY_QUEUE: return is_ended ? &job->queue->ended : &job->queue->open;
    case TABLE_BY_OWNER: return is_ended ? &job->owner->ended : &job->owner->open;
    case TABLE_BY_AGE: return is_ended ? &table->ended : &table->open;
    case TABLE_BY_TURN: return job->is_ready ? &job->printer->waiting : NULL;
    case TABLE_LINK_COUNT: break;
    }
    return NULL;
}

struct job *dre_table_list_before(const struct table *table, const struct table_list *list,
                                  uint32_t before, enum table_link link)
{
    const struct job *known = dre_table_job_find(table, before);
    if (known != NULL && list_of(table, known, link) == list) {
        return known->link[link].prev;
    }
    struct job *job = list->last;
    while (job != NULL && job->id >= before) {
        job = job->link[link].prev;
    }
    return job;
}

struct job *dre_table_list_after(const struct table *table, const struct table_list *list,
                                 uint32_t after, enum table_link link)
{
    if (after == 0) {
        return list->first;
    }
    const struct job *known = dre_table_job_find(table, after);
    if (known != NULL && list_of(table, known, link) == list) {
        return known->link[link].next;
    }
    struct job *job = list->first;
    while (job != NULL && job->id <= after) {
        job = job->link[link].next;
    }
    return job;
}
