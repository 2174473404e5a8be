// A QR code is drawn, and what does not fit is refused.
#include "web/qr.h"

#include "lib/tap.h"

int main(void)
{
    struct buf svg = BUF_CAP(WEB_QR_MAX);
    char text[2000];
    memset(text, 'a', sizeof(text));
    CHECK(web_qr_svg(STR("https://quoin.example/station/a?pair=b"), &svg));
    CHECK(memmem(svg.ptr, svg.len, "<script", 7) == NULL && memcmp(svg.ptr, "<svg ", 5) == 0);
    CHECK(memcmp(svg.ptr + svg.len - 6, "</svg>", 6) == 0);
    buf_free(&svg);
    CHECK(!web_qr_svg((struct str){ text, sizeof(text) }, &svg));
    CHECK(!web_qr_svg(STR(""), &svg));
    buf_free(&svg);
    return tap_done();
}
