// sheet/voucher: see voucher.h. Lengths in points.

#include "sheet/voucher.h"

#include "base/buf.h"
#include "base/fs.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

enum { VOUCHER_COLUMNS = 2, VOUCHER_ROWS = 8, VOUCHER_PDF_MAX = 256 << 20 };

static const double voucher_page_width = 595.28; // A4
static const double voucher_page_height = 841.89;
static const double voucher_margin = 28.35; // 10 mm
static const double voucher_inset = 11;
static const double voucher_mark = 6; // of a cutting mark

struct voucher_place {
    double x;
    double y;
    double width;
    double height;
};

static struct voucher_place voucher_place_of(size_t card)
{
    struct voucher_place place = {
        .width = (voucher_page_width - 2 * voucher_margin) / VOUCHER_COLUMNS,
        .height = (voucher_page_height - 2 * voucher_margin) / VOUCHER_ROWS,
    };
    place.x = voucher_margin + (double)(card % VOUCHER_COLUMNS) * place.width;
    place.y = voucher_margin + (double)(card / VOUCHER_COLUMNS) * place.height;
    return place;
}

// One line, cut where it is too long. Right: it ends there.
static void voucher_text(cairo_t *cairo, const char *font, const char *text, double x, double y,
                         double width, bool right)
{
    PangoLayout *layout = pango_cairo_create_layout(cairo);
    PangoFontDescription *description = pango_font_description_from_string(font);
    pango_layout_set_font_description(layout, description);
    pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    pango_layout_set_single_paragraph_mode(layout, TRUE);
    pango_layout_set_alignment(layout, right ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
    pango_layout_set_text(layout, text, -1);
    cairo_move_to(cairo, x, y);
    pango_cairo_show_layout(cairo, layout);
    pango_font_description_free(description);
    g_object_unref(layout);
}

static void voucher_marks(cairo_t *cairo, const struct voucher_place *at)
{
    cairo_set_source_rgb(cairo, 0.6, 0.6, 0.6);
    cairo_set_line_width(cairo, 0.4);
    for (int corner = 0; corner < 4; corner++) {
        double x = at->x + (corner % 2 == 0 ? 0 : at->width);
        double y = at->y + (corner / 2 == 0 ? 0 : at->height);
        cairo_move_to(cairo, x - voucher_mark, y);
        cairo_line_to(cairo, x + voucher_mark, y);
        cairo_move_to(cairo, x, y - voucher_mark);
        cairo_line_to(cairo, x, y + voucher_mark);
    }
    cairo_stroke(cairo);
    cairo_set_source_rgb(cairo, 0, 0, 0);
}

static void voucher_card(cairo_t *cairo, const struct sheet_batch *batch, size_t index)
{
    const struct voucher_place at = voucher_place_of(index % (VOUCHER_COLUMNS * VOUCHER_ROWS));
    double x = at.x + voucher_inset;
    double y = at.y + voucher_inset;
    double width = at.width - 2 * voucher_inset;
    voucher_marks(cairo, &at);
    voucher_text(cairo, "DejaVu Sans Bold 10", batch->title, x, y, width * 0.62, false);
    voucher_text(cairo, "DejaVu Sans Bold 12", batch->amount, x + width * 0.5, y - 1, width * 0.5,
                 true);
    voucher_text(cairo, "DejaVu Sans Mono Bold 13", batch->list[index].code, x, y + 24, width,
                 false);
    voucher_text(cairo, "DejaVu Sans 7", batch->how, x, y + 45, width, false);
    voucher_text(cairo, "DejaVu Sans 7", batch->valid, x, y + 56, width * 0.6, false);
    voucher_text(cairo, "DejaVu Sans 7", batch->note, x, y + 67, width * 0.7, false);
    voucher_text(cairo, "DejaVu Sans 7", batch->list[index].serial, x + width * 0.5, y + 67,
                 width * 0.5, true);
}

static cairo_status_t voucher_take(void *closure, const unsigned char *data, unsigned int length)
{
    struct buf *pdf = closure;
    buf_add(pdf, (struct str){ (const char *)data, length });
    return buf_ok(pdf) ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_NO_MEMORY;
}

bool sheet_voucher_write(const char *path, const struct sheet_batch *batch, struct err *err)
{
    OWN(buf_free) struct buf pdf = BUF_CAP(VOUCHER_PDF_MAX);
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(
        voucher_take, &pdf, voucher_page_width, voucher_page_height);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, batch->title);
    cairo_t *cairo = cairo_create(surface);
    for (size_t i = 0; i < batch->count; i++) {
        if (i > 0 && i % (VOUCHER_COLUMNS * VOUCHER_ROWS) == 0) {
            cairo_show_page(cairo);
        }
        voucher_card(cairo, batch, i);
    }
    cairo_show_page(cairo);
    cairo_destroy(cairo);
    cairo_surface_finish(surface);
    cairo_status_t status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    if (status != CAIRO_STATUS_SUCCESS || !buf_ok(&pdf)) {
        return err_set(err, ERR_UNAVAILABLE, "the sheet could not be drawn: %s",
                       cairo_status_to_string(status));
    }
    return fs_replace(path, buf_str(&pdf), 0600, err);
}
