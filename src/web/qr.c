// qr: see qr.h.

#include "web/qr.h"

#include <qrencode.h>

bool web_qr_svg(struct str text, struct buf *svg)
{
    if (text.len == 0 || text.len > WEB_QR_TEXT_MAX) {
        return false;
    }
    QRcode *code =
        QRcode_encodeData((int)text.len, (const unsigned char *)text.ptr, 0, QR_ECLEVEL_M);
    if (code == NULL) {
        return false;
    }
    int side = code->width + 8;
    buf_addf(svg,
             "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
             "shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/>"
             "<path fill=\"#000\" d=\"",
             side, side, side, side);
    for (int row = 0; row < code->width; row++) {
        for (int column = 0; column < code->width; column++) {
            int start = column;
            while (column < code->width && (code->data[row * code->width + column] & 1) != 0) {
                column++;
            }
            if (column > start) {
                buf_addf(svg, "M%d %dh%dv1h-%dz", start + 4, row + 4, column - start,
                         column - start);
            }
        }
    }
    buf_add(svg, STR("\"/></svg>"));
    QRcode_free(code);
    return buf_ok(svg);
}
