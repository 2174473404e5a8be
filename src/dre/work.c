// work: what is asked of the accounting server about a print job: its pages by class, its paper,
// finishings, where it comes from and goes to, and who was chosen to pay. Pure but for what it
// allocates; any thread.

#include "dre/dre_int.h"

#include "base/mem.h"
#include <stdio.h>
#include <stdlib.h>

enum { WORK_ARENA_MAX = 1 << 20 };

static char *text_of(struct arena *arena, struct str run)
{
    char *text = arena_text(arena, run);
    return text == NULL ? (char *)(uintptr_t) "" : text;
}

void dre_pack(const ProtobufCMessage *message, struct buf *to)
{
    size_t len = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = mem_new(len + 1);
    (void)protobuf_c_message_pack(message, bytes);
    buf_free(to);
    buf_add(to, (struct str){ (const char *)bytes, len });
    free(bytes);
}

Quoin__V1__Work *dre_work_read(struct str packed)
{
    Quoin__V1__Work *work =
        packed.len == 0 ? NULL
                        : quoin__v1__work__unpack(NULL, packed.len, (const uint8_t *)packed.ptr);
    if (work != NULL && (work->n_classes == 0 || work->n_classes > PAGE_CLASS_MAX)) {
        quoin__v1__work__free_unpacked(work, NULL);
        work = NULL;
    }
    return work;
}

Quoin__V1__JobCourse *dre_course_read(struct str packed)
{
    return packed.len == 0
               ? NULL
               : quoin__v1__job_course__unpack(NULL, packed.len, (const uint8_t *)packed.ptr);
}

bool dre_live_take(struct live *live, const struct journal_detail *detail)
{
    if (live->work.len == 0) {
        buf_add(&live->work, detail->work);
    }
    if (live->course.len == 0) {
        buf_add(&live->course, detail->course);
    }
    return live->work.len > 0;
}

// The ink of a class is told where it is known of all its pages.
static void put_inks(const uint32_t inks[static PAGE_INK_COUNT], struct arena *arena,
                     Quoin__V1__PageClass *class)
{
    uint64_t sum = 0;
    for (size_t tier = 0; tier < PAGE_INK_COUNT; tier++) {
        sum += inks[tier];
    }
    class->by_ink = sum > 0 && sum == class->pages
                        ? arena_new_array(arena, PAGE_INK_COUNT, sizeof(*class->by_ink))
                        : NULL;
    if (class->by_ink != NULL) {
        memcpy(class->by_ink, inks, PAGE_INK_COUNT * sizeof(*inks));
        class->n_by_ink = PAGE_INK_COUNT;
    }
}

Quoin__V1__PageClass **dre_work_classes(const struct plan *plan, struct arena *arena)
{
    Quoin__V1__PageClass **list = arena_new_array(arena, plan->class_count + 1, sizeof(*list));
    for (size_t at = 0; list != NULL && at < plan->class_count; at++) {
        const struct page_class *from = &plan->classes[at];
        list[at] = arena_new(arena, sizeof(*list[at]));
        if (list[at] == NULL) {
            return NULL;
        }
        quoin__v1__page_class__init(list[at]);
        list[at]->size = (uint32_t)from->size;
        list[at]->color = from->color;
        list[at]->blank = from->blank;
        list[at]->two_sided = from->two_sided;
        list[at]->pages = from->pages;
        list[at]->sheets = from->sheets;
        list[at]->area = plan->areas[at];
        put_inks(plan->inks[at], arena, list[at]);
    }
    return list;
}

// IPP finishings (RFC 8011 5.2.6, PWG 5100.1): what each does to one set.
static const struct finishing {
    uint16_t first;
    uint16_t last;
    const char *kind;
    uint8_t count;
} finishings[] = {
    { 4, 4, "staple", 1 },     { 5, 5, "punch", 1 },         { 6, 6, "cover", 1 },
    { 7, 7, "bind", 1 },       { 8, 8, "saddle-stitch", 1 }, { 9, 9, "edge-stitch", 1 },
    { 10, 10, "fold", 1 },     { 11, 11, "trim", 1 },        { 12, 12, "bale", 1 },
    { 13, 13, "booklet", 1 },  { 14, 14, "jog-offset", 1 },  { 15, 15, "coat", 1 },
    { 16, 16, "laminate", 1 }, { 20, 23, "staple", 1 },      { 24, 27, "edge-stitch", 1 },
    { 28, 31, "staple", 2 },   { 32, 35, "staple", 3 },      { 50, 53, "bind", 1 },
    { 60, 63, "trim", 1 },     { 70, 73, "punch", 1 },       { 74, 77, "punch", 2 },
    { 78, 81, "punch", 3 },    { 82, 85, "punch", 4 },       { 86, 89, "punch", 5 },
    { 90, 101, "fold", 1 },
};

static const struct finishing *finishing_of(uint16_t value)
{
    for (size_t at = 0; at < sizeof(finishings) / sizeof(finishings[0]); at++) {
        if (value >= finishings[at].first && value <= finishings[at].last) {
            return &finishings[at];
        }
    }
    return NULL;
}

static void add_finishing(struct arena *arena, const char *kind, uint64_t more, size_t *count,
                          Quoin__V1__Finishing **list)
{
    size_t at = 0;
    while (at < *count && strcmp(list[at]->kind, kind) != 0) {
        at++;
    }
    if (at == *count) {
        Quoin__V1__Finishing *made = arena_new(arena, sizeof(*made));
        if (made == NULL) {
            return;
        }
        quoin__v1__finishing__init(made);
        made->kind = text_of(arena, str_of(kind));
        list[(*count)++] = made;
    }
    uint64_t sum = list[at]->count + more;
    list[at]->count = sum > UINT32_MAX ? UINT32_MAX : (uint32_t)sum;
}

size_t dre_work_finishings(const struct ippd_ticket *ticket, const struct ippd_finishings *can,
                           uint32_t sets, struct arena *arena, Quoin__V1__Finishing ***list)
{
    size_t count = 0;
    *list = arena_new_array(arena, IPPD_FINISHINGS_MAX, sizeof(**list));
    for (size_t at = 0; *list != NULL && at < ticket->finishing_count; at++) {
        const struct finishing *finishing = finishing_of(ticket->finishings[at]);
        if (finishing != NULL && ippd_finishings_has(can, ticket->finishings[at])) {
            add_finishing(arena, finishing->kind, (uint64_t)finishing->count * sets, &count, *list);
        }
    }
    return count;
}

void dre_work_replan(const struct printer *printer, struct str attrs,
                     const struct dre_planned *planned, struct arena *arena, Quoin__V1__Work *work)
{
    struct ippd_ticket ticket = { .copies = 1 };
    struct err err;
    if (!ippd_ticket_read(attrs, arena, &ticket, &err)) {
        ticket = (struct ippd_ticket){ .copies = 1 }; // it was read when it was planned
    }
    work->n_finishings = dre_work_finishings(&ticket, &printer->finishings, planned->copies, arena,
                                             &work->finishings);
    work->printer = text_of(arena, str_of(printer->name));
    work->pull_group = text_of(arena, str_of(printer->pull_group));
    work->printer_state = text_of(arena, str_of(dre_printer_state(printer)));
    work->copies = planned->copies;
    work->classes = dre_work_classes(&planned->plan, arena);
    work->n_classes = work->classes == NULL ? 0 : planned->plan.class_count;
}

void dre_work_make(const struct job *job, const struct dre_planned *planned, struct str digest,
                   struct buf *packed)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(WORK_ARENA_MAX);
    struct job_text text = dre_table_job_text(job);
    struct ippd_ticket ticket = { .copies = 1 };
    Quoin__V1__Work work = QUOIN__V1__WORK__INIT;
    struct err err;
    if (!ippd_ticket_read(text.ticket, &arena, &ticket, &err)) { // it was read when it was planned
        ticket = (struct ippd_ticket){ .copies = 1 };
    }
    work.kind = text_of(&arena, STR("print"));
    work.user = text_of(&arena, str_of(job->owner->name));
    work.queue = text_of(&arena, str_of(job->queue->name));
    work.account = text_of(&arena, text.account);
    work.document = text_of(&arena, dre_table_job_title(&text));
    work.format = text_of(&arena, text.format);
    work.media = text_of(&arena, ticket.media);
    work.media_type = text_of(&arena, ticket.media_type);
    work.media_source = text_of(&arena, ticket.media_source);
    work.from = text_of(&arena, str_of(job->from));
    work.identity = text_of(&arena, text.identity);
    work.bytes = job->bytes;
    work.digest = (ProtobufCBinaryData){ digest.len, (uint8_t *)(uintptr_t)digest.ptr };
    dre_work_replan(job->printer, text.ticket, planned, &arena, &work);
    if (arena_ok(&arena)) {
        dre_pack(&work.base, packed);
    }
}

void dre_work_payers(size_t count, Quoin__V1__Share *const *shares, struct buf *text)
{
    for (size_t at = 0; at < count; at++) {
        size_t before = 0;
        while (before < at && strcmp(shares[before]->account, shares[at]->account) != 0) {
            before++;
        }
        if (before == at) {
            buf_addf(text, "%s%s", text->len > 0 ? ", " : "", shares[at]->account);
        }
    }
}
