// plan_flow: one set of a unit, in stages: ranges, number-up, covers, sheets. Each stage is told
// "so many alike" and tells the next the same. Pure.

#include "plan/plan_int.h"

enum { PLAN_TOLERANCE = 300 }; // 3 mm: what counts as the same paper

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t many(uint64_t a, uint64_t b)
{
    return b != 0 && a > PLAN_MOST / b ? PLAN_MOST : a * b;
}

// ---- sheets ------------------------------------------------------------------------------------

static uint64_t apart(uint32_t a, uint32_t b)
{
    return a < b ? b - a : a - b;
}

// The same paper, whichever way it is turned.
static bool is_same_paper(const struct plan_face *a, const struct plan_face *b)
{
    return (apart(a->width, b->width) <= PLAN_TOLERANCE &&
            apart(a->height, b->height) <= PLAN_TOLERANCE) ||
           (apart(a->width, b->height) <= PLAN_TOLERANCE &&
            apart(a->height, b->width) <= PLAN_TOLERANCE);
}

// So many equal sheets with one side each.
void plan_flow_singles(struct plan_flow *flow, const struct plan_face *face, uint64_t count)
{
    uint64_t out = least(many(count, many(face->copies, flow->repeat)), flow->budget);
    flow->budget -= out;
    plan_sums_put(&flow->sums, face, false, out, out);
}

// So many equal sheets with a front and a back; an odd budget ends on a front.
void plan_flow_pairs(struct plan_flow *flow, const struct plan_face *front,
                     const struct plan_face *back, uint64_t count)
{
    uint64_t sides = many(count, 2 * many(front->copies, flow->repeat));
    uint64_t out = least(sides, flow->budget);
    uint64_t backs = out / 2;
    flow->budget -= out;
    plan_sums_put(&flow->sums, front, true, out - backs, out - backs);
    plan_sums_put(&flow->sums, back, true, backs, 0);
}

static void end_sheet(struct plan_flow *flow)
{
    if (flow->has_front) {
        plan_flow_singles(flow, &flow->front, 1);
        flow->has_front = false;
    }
}

static void unprinted(struct plan_flow *flow, struct plan_media media, const struct plan_face *like,
                      uint64_t count)
{
    struct plan_face face = *like;
    face.kind = PLAN_BLANK;
    face.ink = 0;
    face.width = media.width != 0 ? media.width : like->width;
    face.height = media.width != 0 ? media.height : like->height;
    if (flow->budget > 0) {
        plan_sums_put(&flow->sums, &face, false, 0, many(count, flow->repeat));
    }
}

// ---- sides onto sheets -------------------------------------------------------------------------

static bool may_share(struct plan_flow *flow, const struct plan_face *face)
{
    const struct plan_face *front = &flow->front;
    bool same = is_same_paper(front, face);
    flow->lonely += same ? 0 : 1;
    return same && front->copies == face->copies && front->sides == face->sides && !face->new_sheet;
}

static void put_sides(struct plan_flow *flow, const struct plan_face *face, uint64_t count)
{
    if (face->sides == PAGE_ONE_SIDED) {
        end_sheet(flow);
        plan_flow_singles(flow, face, count);
        return;
    }
    if (face->new_sheet) { // each of them
        end_sheet(flow);
        plan_flow_singles(flow, face, count - 1);
        count = 1;
    }
    if (flow->has_front && may_share(flow, face)) {
        plan_flow_pairs(flow, &flow->front, face, 1);
        flow->has_front = false;
        count--;
    }
    if (count > 0) {
        end_sheet(flow);
    }
    plan_flow_pairs(flow, face, face, count / 2);
    if (count % 2 == 1) {
        flow->front = *face;
        flow->has_front = true;
    }
}

// ---- covers ------------------------------------------------------------------------------------

static unsigned cover_faces(enum plan_cover print)
{
    switch (print) {
    case PLAN_COVER_NONE:
    case PLAN_COVER_UNPRINTED: return 0;
    case PLAN_COVER_FRONT:
    case PLAN_COVER_BACK: return 1;
    case PLAN_COVER_BOTH: return 2;
    }
    return 0;
}

static void cover_begin(struct plan_flow *flow, const struct plan_cover_sheet *cover,
                        const struct plan_face *first)
{
    end_sheet(flow);
    flow->cover = cover;
    flow->cover_left = cover_faces(cover->print);
    if (cover->print == PLAN_COVER_UNPRINTED) {
        unprinted(flow, cover->media, first, 1);
    }
}

// A side on the cover's sheet, whatever sides it asks for.
static void cover_take(struct plan_flow *flow, const struct plan_face *face)
{
    struct plan_face side = *face;
    if (flow->cover->media.width != 0) {
        side.width = flow->cover->media.width;
        side.height = flow->cover->media.height;
    }
    flow->cover_left--;
    if (flow->has_front && flow->front.copies == side.copies) {
        side.width = flow->front.width;
        side.height = flow->front.height;
        plan_flow_pairs(flow, &flow->front, &side, 1);
        flow->has_front = false;
        return;
    }
    end_sheet(flow);
    if (flow->cover_left > 0) {
        flow->front = side;
        flow->has_front = true;
    } else {
        plan_flow_singles(flow, &side, 1);
    }
}

static void put_faces(struct plan_flow *flow, const struct plan_face *face, uint64_t count)
{
    const struct plan_ask *ask = flow->ask;
    if (flow->faces == 0 && flow->unit->begins) {
        cover_begin(flow, &ask->cover_front, face);
    }
    while (count > 0) {
        uint64_t some = 1;
        if (flow->faces == flow->back_from && flow->cover != &ask->cover_back) {
            cover_begin(flow, &ask->cover_back, face);
        }
        if (flow->cover_left > 0) {
            cover_take(flow, face);
        } else {
            some = least(count, flow->back_from - flow->faces);
            put_sides(flow, face, some);
        }
        flow->faces += some;
        flow->color_faces += face->kind == PLAN_COLOR ? some : 0;
        count -= some;
    }
    flow->group = *face; // for the paper of what comes behind the last one
}

// ---- pages onto sides --------------------------------------------------------------------------

// What so much ink on the pages of one side is on the side, each page in its share of it.
static uint32_t ink_of_side(const struct plan_flow *flow, uint64_t ink)
{
    return (uint32_t)(ink / flow->ask->number_up) + 1;
}

static uint64_t ink_of_pages(const struct plan_face *page, uint64_t count)
{
    return page->ink == 0 ? 0 : (uint64_t)(page->ink - 1) * count;
}

static void end_side(struct plan_flow *flow)
{
    if (flow->group_filled > 0) {
        struct plan_face face = flow->group;
        face.ink = face.ink == 0 ? 0 : ink_of_side(flow, flow->group_ink);
        flow->group_filled = 0;
        put_faces(flow, &face, 1);
    }
}

static bool may_join(const struct plan_face *side, const struct plan_face *page)
{
    return !page->new_sheet && side->copies == page->copies && side->sides == page->sides &&
           side->media == page->media;
}

static void begin_side(struct plan_flow *flow, const struct plan_face *page, uint64_t filled)
{
    flow->group = *page;
    flow->group_filled = (uint32_t)filled;
    flow->group_ink = ink_of_pages(page, filled);
    if (filled == flow->ask->number_up) {
        end_side(flow);
    }
}

static void put_pages(struct plan_flow *flow, const struct plan_face *page, uint64_t count)
{
    uint32_t up = flow->ask->number_up;
    flow->pages += count;
    flow->color_pages += page->kind == PLAN_COLOR ? count : 0;
    flow->blank_pages += page->kind == PLAN_BLANK ? count : 0;
    if (flow->ask->booklet) {
        plan_booklet_add(flow, page, count);
        return;
    }
    if (flow->group_filled > 0 && !may_join(&flow->group, page)) {
        end_side(flow);
    }
    if (page->new_sheet) { // each is the first on its side
        if (count > 1) {
            struct plan_face alone = *page;
            alone.ink = page->ink == 0 ? 0 : ink_of_side(flow, ink_of_pages(page, 1));
            put_faces(flow, &alone, count - 1);
        }
        begin_side(flow, page, 1);
        return;
    }
    if (flow->group_filled > 0) {
        uint32_t taken = (uint32_t)least(up - flow->group_filled, count);
        flow->group_filled += taken;
        flow->group_ink += ink_of_pages(page, taken);
        flow->group.ink = page->ink == 0 ? 0 : flow->group.ink; // of one unknown, all is
        flow->group.kind = page->kind > flow->group.kind ? page->kind : flow->group.kind;
        count -= taken;
        if (flow->group_filled == up) {
            end_side(flow);
        }
    }
    if (count / up > 0) {
        put_faces(flow, page, count / up);
    }
    if (count % up > 0) {
        begin_side(flow, page, count % up);
    }
}

// ---- the document's pages ----------------------------------------------------------------------

static void change_at(uint64_t edge, uint64_t at, uint64_t *next)
{
    *next = edge > at && edge < *next ? edge : *next;
}

// The first page behind `at`, before `end`, to which another range, override, force or insert
// applies than to it.
static uint64_t change_after(const struct plan_ask *ask, uint64_t at, uint64_t end)
{
    uint64_t next = end;
    for (size_t i = 0; i < ask->range_count; i++) {
        change_at(ask->ranges[i].first, at, &next);
        change_at((uint64_t)ask->ranges[i].last + 1, at, &next);
    }
    for (size_t i = 0; i < ask->override_count; i++) {
        change_at(ask->overrides[i].pages.first, at, &next);
        change_at((uint64_t)ask->overrides[i].pages.last + 1, at, &next);
    }
    for (size_t i = 0; i < ask->front_count; i++) {
        change_at(ask->fronts[i], at, &next);
        change_at((uint64_t)ask->fronts[i] + 1, at, &next);
    }
    for (size_t i = 0; i < ask->insert_count; i++) {
        change_at((uint64_t)ask->inserts[i].after + 1, at, &next);
    }
    return next;
}

static bool is_within(const struct plan_range *range, uint64_t page)
{
    return page >= range->first && page <= range->last;
}

static bool is_printed(const struct plan_ask *ask, uint64_t page)
{
    bool is = ask->range_count == 0;
    for (size_t i = 0; !is && i < ask->range_count; i++) {
        is = is_within(&ask->ranges[i], page);
    }
    return is;
}

static void apply_media(struct plan_face *face, const struct plan_media *media)
{
    if (media->width != 0) {
        face->width = media->width;
        face->height = media->height;
    }
}

static struct plan_face face_of(const struct plan_ask *ask, const struct page_run *run,
                                uint64_t page)
{
    bool own = run->sides != 0 && !ask->sides_rule;
    bool mono = ask->mono;
    struct plan_face face = { .width = run->width,
                              .height = run->height,
                              .ink = run->ink,
                              .new_sheet = run->new_sheet,
                              .copies = run->copies == 0 ? 1 : run->copies,
                              .sides = own ? (enum page_sides)(run->sides - 1) : ask->sides };
    apply_media(&face, &ask->media);
    for (size_t i = 0; i < ask->override_count; i++) {
        const struct plan_override *override = &ask->overrides[i];
        if (is_within(&override->pages, page)) {
            apply_media(&face, &override->media);
            face.media = override->media.width != 0 ? i + 1 : 0;
            face.sides = override->sides != 0 ? (enum page_sides)(override->sides - 1) : face.sides;
            mono = (mono || override->mono) && !override->color;
        }
    }
    for (size_t i = 0; i < ask->front_count; i++) {
        face.new_sheet = face.new_sheet || ask->fronts[i] == page;
    }
    face.kind = run->blank ? PLAN_BLANK : run->color && !mono ? PLAN_COLOR : PLAN_MONO;
    return face;
}

// Sheets of their own paper, or of that of the side before them; of `first` before all.
static void insert_after(struct plan_flow *flow, uint64_t page, const struct plan_face *first)
{
    for (size_t i = 0; i < flow->ask->insert_count; i++) {
        const struct plan_insert *insert = &flow->ask->inserts[i];
        if (insert->after == page && insert->count > 0) {
            end_side(flow);
            end_sheet(flow);
            unprinted(flow, insert->media, page == 0 ? first : &flow->group, insert->count);
        }
    }
}

// The pages from `from` of the document that the run makes.
static void put_run(struct plan_flow *flow, const struct page_run *run, uint64_t from)
{
    uint64_t end = from + run->count;
    for (uint64_t at = from; at < end;) {
        uint64_t next = change_after(flow->ask, at, end);
        if (is_printed(flow->ask, at)) {
            struct plan_face page = face_of(flow->ask, run, at);
            if (flow->pages == 0 && flow->unit->page == 1) {
                insert_after(flow, 0, &page);
            }
            put_pages(flow, &page, next - at);
            insert_after(flow, next - 1, &page);
        }
        at = next;
    }
}

static void flow_go(struct plan_flow *flow)
{
    const struct plan_unit *unit = flow->unit;
    uint64_t page = unit->page;
    for (size_t i = 0; i < unit->run_count; i++) {
        const struct page_run *run = &flow->ask->runs[unit->run + i];
        if (run->count > 0) {
            put_run(flow, run, page);
        }
        page += run->count;
    }
    if (flow->ask->booklet) {
        plan_booklet_fold(flow);
        return;
    }
    end_side(flow);
    end_sheet(flow);
    const struct plan_cover_sheet *back = &flow->ask->cover_back;
    if (unit->ends && flow->faces > 0 && back->print != PLAN_COVER_NONE && flow->cover != back) {
        unprinted(flow, back->media, &flow->group, 1); // no side is left for it, or none is to be
    }
}

// Where the back cover begins: so many sides from the end, the front cover's left aside.
static uint64_t back_from(const struct plan_flow *flow)
{
    const struct plan_ask *ask = flow->ask;
    unsigned want = flow->unit->ends ? cover_faces(ask->cover_back.print) : 0;
    if (want == 0 || ask->booklet) {
        return UINT64_MAX;
    }
    struct plan_flow measured = *flow;
    measured.budget = UINT64_MAX;
    measured.back_from = UINT64_MAX;
    flow_go(&measured);
    uint64_t front = flow->unit->begins ? cover_faces(ask->cover_front.print) : 0;
    uint64_t rest = measured.faces - least(front, measured.faces);
    return rest == 0 ? UINT64_MAX : measured.faces - least(want, rest);
}

struct plan_flow plan_flow_run(const struct plan_ask *ask, const struct plan_unit *unit,
                               uint64_t repeat, uint64_t budget, struct arena *arena)
{
    struct plan_flow flow = {
        .ask = ask, .unit = unit, .arena = arena, .repeat = repeat, .budget = budget
    };
    flow.back_from = back_from(&flow);
    flow_go(&flow);
    return flow;
}
