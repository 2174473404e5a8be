// work: what an engine asks about, checked and turned into a struct work.
// no unit test: tests/unit/cas/test_charging.c runs it with all that it needs

#include "cas/cas_int.h"

static bool work_classes(const Quoin__V1__Work *asked, struct work *work, struct err *err)
{
    if (asked->n_classes > PAGE_CLASS_MAX) {
        return err_set(err, ERR_INVALID, "there are %d classes of pages, not %zu", PAGE_CLASS_MAX,
                       asked->n_classes);
    }
    for (size_t i = 0; i < asked->n_classes; i++) {
        const Quoin__V1__PageClass *from = asked->classes[i];
        struct work_class *class = &work->classes[i];
        uint64_t sum = 0;
        if (from->size >= PAGE_SIZE_COUNT) {
            return err_set(err, ERR_INVALID, "%u is no size of pages", from->size);
        }
        *class = (struct work_class){ .page = { .size = (enum page_size)from->size,
                                                .color = from->color != 0,
                                                .blank = from->blank != 0,
                                                .two_sided = from->two_sided != 0,
                                                .pages = from->pages,
                                                .sheets = from->sheets },
                                      .area = from->area };
        for (size_t k = 0; k < from->n_by_ink && k < WORK_INK_COUNT; k++) {
            class->by_ink[k] = from->by_ink[k];
            sum += from->by_ink[k];
        }
        if (from->n_by_ink != 0 && (from->n_by_ink != WORK_INK_COUNT || sum != from->pages)) {
            return err_set(err, ERR_INVALID, "pages by ink are %d counts whose sum is all pages",
                           WORK_INK_COUNT);
        }
    }
    work->class_count = asked->n_classes;
    return true;
}

bool cas_work_read(const Quoin__V1__Work *asked, int64_t now, struct work *work, struct err *err)
{
    if (asked == NULL) {
        return err_set(err, ERR_INVALID, "the request does not say which work it is about");
    }
    *work = (struct work){
        .queue = str_of(asked->queue),
        .printer = str_of(asked->printer),
        .pull_group = str_of(asked->pull_group),
        .printer_state = str_of(asked->printer_state),
        .account = str_of(asked->account),
        .document = str_of(asked->document),
        .format = str_of(asked->format),
        .media = str_of(asked->media),
        .media_type = str_of(asked->media_type),
        .media_source = str_of(asked->media_source),
        .from = str_of(asked->from),
        .identity = str_of(asked->identity),
        .destination = str_of(asked->destination),
        .copies = asked->copies,
        .seconds = asked->seconds,
        .bytes = asked->bytes,
        .digest = { (const char *)asked->digest.data, asked->digest.len },
        .at = now,
        .user = str_of(asked->user),
        .finishing_count = asked->n_finishings,
    };
    if (!work_kind_read(str_of(asked->kind), &work->kind)) {
        return err_set(err, ERR_INVALID, "\"%.40s\" is no kind of work: print, copy, scan, fax",
                       asked->kind);
    }
    if (asked->n_finishings > WORK_FINISHINGS_MAX) {
        return err_set(err, ERR_INVALID, "a job has at most %d kinds of finishing",
                       WORK_FINISHINGS_MAX);
    }
    for (size_t i = 0; i < asked->n_finishings; i++) {
        work->finishings[i] = (struct work_finishing){ str_of(asked->finishings[i]->kind),
                                                       asked->finishings[i]->count };
    }
    return work_classes(asked, work, err);
}

Quoin__V1__Work *cas_work_kept(struct arena *arena, const Quoin__V1__Work *asked)
{
    Quoin__V1__Work *kept = cas_message(arena, &quoin__v1__work__descriptor);
    *kept = *asked;
    kept->document = cas_text(arena, STR(""));
    kept->account_pin = kept->document;
    kept->released_by = kept->document;
    kept->device = kept->document;
    kept->digest = (ProtobufCBinaryData){ 0, NULL };
    return kept;
}
