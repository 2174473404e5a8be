// geom: matrices and boxes of page description, in points. Pure.
#pragma once

#include <stdbool.h>

struct pdl_matrix {
    double a, b, c, d, e, f;
};

struct pdl_rect {
    double x0, y0, x1, y1; // empty when x1 < x0
};

#define PDL_IDENTITY ((struct pdl_matrix){ 1, 0, 0, 1, 0, 0 })
#define PDL_RECT_NONE ((struct pdl_rect){ 1e30, 1e30, -1e30, -1e30 })
#define PDL_RECT_ALL ((struct pdl_rect){ -1e30, -1e30, 1e30, 1e30 })

// First by m, then by n.
static inline struct pdl_matrix pdl_matrix_mul(const struct pdl_matrix *m,
                                               const struct pdl_matrix *n)
{
    return (struct pdl_matrix){
        m->a * n->a + m->b * n->c,        m->a * n->b + m->b * n->d,
        m->c * n->a + m->d * n->c,        m->c * n->b + m->d * n->d,
        m->e * n->a + m->f * n->c + n->e, m->e * n->b + m->f * n->d + n->f,
    };
}

static inline void pdl_rect_add(struct pdl_rect *rect, double x, double y)
{
    rect->x0 = x < rect->x0 ? x : rect->x0;
    rect->y0 = y < rect->y0 ? y : rect->y0;
    rect->x1 = x > rect->x1 ? x : rect->x1;
    rect->y1 = y > rect->y1 ? y : rect->y1;
}

static inline struct pdl_rect pdl_rect_meet(struct pdl_rect a, struct pdl_rect b)
{
    return (struct pdl_rect){ a.x0 > b.x0 ? a.x0 : b.x0, a.y0 > b.y0 ? a.y0 : b.y0,
                              a.x1 < b.x1 ? a.x1 : b.x1, a.y1 < b.y1 ? a.y1 : b.y1 };
}

static inline bool pdl_rect_is_empty(struct pdl_rect rect)
{
    return !(rect.x0 < rect.x1 && rect.y0 < rect.y1);
}

// inner lies in outer, give or take a hundredth of a point.
static inline bool pdl_rect_holds(struct pdl_rect outer, struct pdl_rect inner)
{
    return outer.x0 <= inner.x0 + 0.01 && outer.y0 <= inner.y0 + 0.01 &&
           outer.x1 >= inner.x1 - 0.01 && outer.y1 >= inner.y1 - 0.01;
}

static inline struct pdl_rect pdl_rect_map(const struct pdl_matrix *m, struct pdl_rect r)
{
    struct pdl_rect out = PDL_RECT_NONE;
    pdl_rect_add(&out, r.x0 * m->a + r.y0 * m->c + m->e, r.x0 * m->b + r.y0 * m->d + m->f);
    pdl_rect_add(&out, r.x1 * m->a + r.y0 * m->c + m->e, r.x1 * m->b + r.y0 * m->d + m->f);
    pdl_rect_add(&out, r.x0 * m->a + r.y1 * m->c + m->e, r.x0 * m->b + r.y1 * m->d + m->f);
    pdl_rect_add(&out, r.x1 * m->a + r.y1 * m->c + m->e, r.x1 * m->b + r.y1 * m->d + m->f);
    return out;
}
