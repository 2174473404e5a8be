// plan_booklet: pages in pairs on both sides of sheets that are folded together (PWG 5100.3,
// imposition-template signature): the first sheet has the last and the first page on its front, the
// second and the last but one on its back. Pure.
//
//     sheets = ceil(p / 4); sheet i, from 0: front 4s-2i, 2i+1; back 2i+2, 4s-2i-1
//
// Pages behind p are absent; a side of which both are, is not printed.

#include "plan/plan_int.h"

struct plan_fold { // a run of pages of one kind, in the arena
    struct plan_fold *next;
    struct plan_fold *prev;
    uint64_t count;
    struct plan_face page;
};

struct end { // pages taken from one end
    const struct plan_fold *fold;
    uint64_t taken; // of it
    bool is_back;
};

void plan_booklet_add(struct plan_flow *flow, const struct plan_face *page, uint64_t count)
{
    struct plan_fold *last = flow->last_fold;
    if (last != NULL && last->page.kind == page->kind) {
        last->count += count;
        return;
    }
    struct plan_fold *fold = arena_new(flow->arena, sizeof(*fold));
    if (fold == NULL) {
        return; // the arena's fault is asked for at the end
    }
    *fold = (struct plan_fold){ .prev = last, .count = count, .page = *page };
    if (last == NULL) {
        flow->first_fold = fold;
    } else {
        last->next = fold;
    }
    flow->last_fold = fold;
}

static uint64_t end_left(const struct end *end)
{
    return end->fold == NULL ? 0 : end->fold->count - end->taken;
}

static enum plan_kind end_take(struct end *end, uint64_t count)
{
    enum plan_kind kind = end->fold->page.kind;
    end->taken += count;
    if (end->taken == end->fold->count) {
        end->fold = end->is_back ? end->fold->prev : end->fold->next;
        end->taken = 0;
    }
    return kind;
}

static enum plan_kind most(enum plan_kind a, enum plan_kind b)
{
    return a > b ? a : b;
}

struct fold {
    struct plan_flow *flow;
    struct plan_face paper;
    struct end low;
    struct end high;
    uint64_t absent; // pages that are still to be missed at the high end
};

// The kind of the high page, or of nothing.
static enum plan_kind take_high(struct fold *fold)
{
    if (fold->absent > 0) {
        fold->absent--;
        return PLAN_BLANK;
    }
    return end_take(&fold->high, 1);
}

static void fold_one(struct fold *fold, uint64_t pages)
{
    struct plan_face front = fold->paper;
    struct plan_face back = fold->paper;
    front.kind = take_high(fold);
    front.kind = most(front.kind, end_take(&fold->low, 1));
    if (pages == 1) { // the only one of its booklet
        plan_flow_singles(fold->flow, &front, 1);
    } else {
        back.kind = end_take(&fold->low, 1);
        back.kind = most(back.kind, take_high(fold));
        plan_flow_pairs(fold->flow, &front, &back, 1);
        fold->flow->color_faces += back.kind == PLAN_COLOR ? 1 : 0;
    }
    fold->flow->color_faces += front.kind == PLAN_COLOR ? 1 : 0;
}

static void fold_many(struct fold *fold, uint64_t sheets)
{
    struct plan_face side = fold->paper;
    side.kind = end_take(&fold->low, 2 * sheets);
    side.kind = most(side.kind, end_take(&fold->high, 2 * sheets));
    plan_flow_pairs(fold->flow, &side, &side, sheets);
    fold->flow->color_faces += side.kind == PLAN_COLOR ? 2 * sheets : 0;
}

void plan_booklet_fold(struct plan_flow *flow)
{
    uint64_t pages = flow->pages;
    uint64_t sheets = (pages + 3) / 4;
    if (flow->first_fold == NULL || !arena_ok(flow->arena)) {
        return;
    }
    struct fold fold = { .flow = flow,
                         .paper = flow->first_fold->page,
                         .low = { .fold = flow->first_fold },
                         .high = { .fold = flow->last_fold, .is_back = true },
                         .absent = sheets * 4 - pages };
    fold.paper.ink = 0; // of two pages that meet it is not told
    flow->faces = pages == 1 ? 1 : sheets * 2;
    while (sheets > 0) {
        uint64_t low = end_left(&fold.low) / 2;
        uint64_t high = end_left(&fold.high) / 2;
        uint64_t some = low < high ? low : high;
        some = some < sheets ? some : sheets;
        if (fold.absent > 0 || some == 0) {
            fold_one(&fold, pages);
            some = 1;
        } else {
            fold_many(&fold, some);
        }
        sheets -= some;
    }
}
