// ticket: what a print ticket (Print Schema Framework) says that changes how much is printed. See
// xps_int.h. Names are of the public keywords; those of a vendor differ, and are passed over.
// no unit test: tests/unit/pdl_xps/test_xps.c reads tickets of all levels with it.

#include "pdl_xps/xps_int.h"

enum { TICKET_MAX = 4 << 20 };

#define COPIES_MOST 65535.0

static struct str keyword(struct str name)
{
    const char *colon = memchr(name.ptr, ':', name.len);
    size_t from = colon == NULL ? 0 : (size_t)(colon - name.ptr) + 1;
    return (struct str){ name.ptr + from, name.len - from };
}

static bool keyword_is(const struct pdl_xps_node *node, const char *name)
{
    return str_eq(keyword(pdl_xps_attribute(node, "name")), str_of(name));
}

// The number of the first Value below the node.
static double value_of(const struct pdl_xps_node *node)
{
    const struct pdl_xps_node *value = pdl_xps_child(node, "Value");
    return value == NULL ? 0 : pdl_xps_number_of(value->text, 0);
}

static void copies_take(const struct pdl_xps_node *parameter, uint32_t *copies)
{
    double value = value_of(parameter);
    if (value >= 1 && value <= COPIES_MOST) {
        *copies = (uint32_t)value;
    }
}

static void sides_take(const struct pdl_xps_node *option, uint32_t *sides)
{
    if (keyword_is(option, "OneSided")) {
        *sides = PDL_ONE_SIDED;
    } else if (keyword_is(option, "TwoSidedLongEdge")) {
        *sides = PDL_TWO_SIDED_LONG;
    } else if (keyword_is(option, "TwoSidedShortEdge")) {
        *sides = PDL_TWO_SIDED_SHORT;
    }
}

static void number_up_take(const struct pdl_xps_node *option, uint32_t *number_up)
{
    for (const struct pdl_xps_node *node = option->first; node != NULL; node = node->next) {
        if (keyword_is(node, "PagesPerSheet")) {
            copies_take(node, number_up);
        }
    }
}

static void feature_take(const struct pdl_xps_node *feature, struct pdl_xps_ticket *ticket)
{
    const struct pdl_xps_node *option = pdl_xps_child(feature, "Option");
    if (option == NULL) {
        return;
    }
    if (keyword_is(feature, "JobDuplexAllDocumentsContiguously") ||
        keyword_is(feature, "DocumentDuplex") || keyword_is(feature, "PageDuplex")) {
        sides_take(option, &ticket->sides);
        ticket->is_contiguous |= keyword_is(feature, "JobDuplexAllDocumentsContiguously");
    } else if (keyword_is(feature, "JobNUpAllDocumentsContiguously") ||
               keyword_is(feature, "DocumentNUp")) {
        number_up_take(option, &ticket->number_up);
    } else if (keyword_is(feature, "JobBindAllDocuments") ||
               keyword_is(feature, "DocumentBinding")) {
        ticket->is_booklet |= keyword_is(option, "Booklet");
    } else if (keyword_is(feature, "JobPrimaryCoverPage") ||
               keyword_is(feature, "DocumentCoverFront") ||
               keyword_is(feature, "DocumentCoverBack")) {
        ticket->has_covers |= !keyword_is(option, "NoCover");
    } else if (keyword_is(feature, "PageOutputColor")) {
        ticket->is_mono = keyword_is(option, "Monochrome") || keyword_is(option, "Grayscale");
    }
}

static void parameter_take(const struct pdl_xps_node *parameter, struct pdl_xps_ticket *ticket)
{
    if (keyword_is(parameter, "JobCopiesAllDocuments")) {
        copies_take(parameter, &ticket->job_copies);
    } else if (keyword_is(parameter, "DocumentCopiesAllPages")) {
        copies_take(parameter, &ticket->document_copies);
    } else if (keyword_is(parameter, "PageCopyCount")) {
        copies_take(parameter, &ticket->page_copies);
    }
}

static enum pdl_xps_take ticket_open(void *context, const struct pdl_xps_node *element)
{
    (void)context;
    return strcmp(element->name, "PrintTicket") == 0 ? PDL_XPS_ENTER : PDL_XPS_TREE;
}

static void ticket_tree(void *context, struct pdl_xps_node *tree)
{
    if (strcmp(tree->name, "Feature") == 0) {
        feature_take(tree, context);
    } else if (strcmp(tree->name, "ParameterInit") == 0) {
        parameter_take(tree, context);
    }
}

static void ticket_close(void *context, const char *name)
{
    (void)context;
    (void)name;
}

void pdl_xps_ticket_add(struct pdl_xps *xps, struct str part, struct pdl_xps_ticket *ticket)
{
    OWN(buf_free) struct buf bytes = BUF_CAP(TICKET_MAX);
    struct pdl_xps_ticket added = *ticket;
    struct str name = pdl_xps_part_related(xps, part, "/printticket");
    struct pdl_xps_markup markup = { .context = &added,
                                     .open = ticket_open,
                                     .tree = ticket_tree,
                                     .close = ticket_close,
                                     .deadline = xps->deadline };
    struct err err;
    if (name.len > 0 && pdl_xps_part_read(xps, name, &bytes, &err) &&
        pdl_xps_markup_read(&markup, buf_str(&bytes), &err)) {
        *ticket = added;
    }
}
