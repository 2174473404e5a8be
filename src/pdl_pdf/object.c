// object: libqpdf's objects in the shapes that this room asks for. Whatever is not of the shape is
// a null, a number's default, or false.
// no unit test: tests/unit/pdl_pdf/test_pdf.c reads the corpus of traps, which is made for it.

#include "pdl_pdf/pdf_int.h"

qpdf_oh pdl_pdf_key(struct doc *doc, qpdf_oh dict, const char *key)
{
    if (!qpdf_oh_is_dictionary(doc->qpdf, dict)) {
        return qpdf_oh_new_null(doc->qpdf);
    }
    return qpdf_oh_get_key(doc->qpdf, dict, key);
}

qpdf_oh pdl_pdf_dict(struct doc *doc, qpdf_oh oh)
{
    return qpdf_oh_is_stream(doc->qpdf, oh) ? qpdf_oh_get_dict(doc->qpdf, oh) : oh;
}

int pdl_pdf_id(struct doc *doc, qpdf_oh oh)
{
    return qpdf_oh_is_indirect(doc->qpdf, oh) ? qpdf_oh_get_object_id(doc->qpdf, oh) : 0;
}

bool pdl_pdf_name_is(struct doc *doc, qpdf_oh oh, const char *name)
{
    return qpdf_oh_is_name_and_equals(doc->qpdf, oh, name) != QPDF_FALSE;
}

double pdl_pdf_number(struct doc *doc, qpdf_oh oh, double otherwise)
{
    return qpdf_oh_is_number(doc->qpdf, oh) ? qpdf_oh_get_numeric_value(doc->qpdf, oh) : otherwise;
}

int pdl_pdf_numbers(struct doc *doc, qpdf_oh array, double *v, int max)
{
    if (!qpdf_oh_is_array(doc->qpdf, array)) {
        return 0;
    }
    int count = qpdf_oh_get_array_n_items(doc->qpdf, array);
    count = count < max ? count : max;
    for (int i = 0; i < count; i++) {
        qpdf_oh item = qpdf_oh_get_array_item(doc->qpdf, array, i);
        v[i] = pdl_pdf_number(doc, item, 0);
        qpdf_oh_release(doc->qpdf, item);
    }
    return count;
}

bool pdl_pdf_rect(struct doc *doc, qpdf_oh array, struct pdl_rect *rect)
{
    double v[4];
    if (pdl_pdf_numbers(doc, array, v, 4) != 4) {
        return false;
    }
    *rect = PDL_RECT_NONE;
    pdl_rect_add(rect, v[0], v[1]);
    pdl_rect_add(rect, v[2], v[3]);
    return true;
}

void pdl_pdf_matrix(struct doc *doc, qpdf_oh array, struct pdl_matrix *matrix)
{
    double v[6];
    if (pdl_pdf_numbers(doc, array, v, 6) == 6) {
        *matrix = (struct pdl_matrix){ v[0], v[1], v[2], v[3], v[4], v[5] };
    }
}

struct kept_key {
    int id;
    int kind;
};

void *pdl_pdf_kept(struct doc *doc, int id, char kind, size_t size)
{
    struct kept_key key = { id, kind };
    if (id == 0) {
        return NULL;
    }
    void *found = map_find(&doc->objects, map_key(&key, sizeof(key)));
    if (found == NULL) {
        found = arena_new(doc->keep, size);
        if (found != NULL) {
            map_set(&doc->objects, map_key(&key, sizeof(key)), found);
        }
    }
    return found;
}

static bool group_is_off(struct doc *doc, qpdf_oh group)
{
    int id = pdl_pdf_id(doc, group);
    return id != 0 && map_find(&doc->off, map_key(&id, sizeof(id))) != NULL;
}

// A membership's policy over its groups (ISO 32000-2, 8.11.2.2); expressions are not read: visible.
static bool membership_is_hidden(struct doc *doc, qpdf_oh dict)
{
    qpdf_data q = doc->qpdf;
    qpdf_oh groups = pdl_pdf_key(doc, dict, "/OCGs");
    qpdf_oh policy = pdl_pdf_key(doc, dict, "/P");
    if (!qpdf_oh_is_array(q, groups)) {
        return qpdf_oh_is_dictionary(q, groups) && group_is_off(doc, groups);
    }
    int count = qpdf_oh_get_array_n_items(q, groups);
    int off = 0;
    for (int i = 0; i < count; i++) {
        off += group_is_off(doc, qpdf_oh_get_array_item(q, groups, i));
    }
    if (count == 0) {
        return false;
    }
    return pdl_pdf_name_is(doc, policy, "/AllOn")    ? off > 0
           : pdl_pdf_name_is(doc, policy, "/AnyOff") ? off == 0
           : pdl_pdf_name_is(doc, policy, "/AllOff") ? off < count
                                                     : off == count;
}

bool pdl_pdf_is_hidden(struct doc *doc, qpdf_oh group)
{
    if (!qpdf_oh_is_dictionary(doc->qpdf, group)) {
        return false;
    }
    if (pdl_pdf_name_is(doc, pdl_pdf_key(doc, group, "/Type"), "/OCMD")) {
        return membership_is_hidden(doc, group);
    }
    return group_is_off(doc, group);
}
