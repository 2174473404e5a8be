// A sheet of vouchers is a PDF file of as many pages as it needs; what stands on it is looked at by
// tests/it/test_voucher.py.
#include "sheet/voucher.h"

#include "base/buf.h"
#include "base/fs.h"
#include "lib/folder.h"
#include "lib/tap.h"

// What fontconfig reads of the machine's fonts stays until the process ends, by its design.
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\n";
}

static size_t pages_of(struct str pdf)
{
    size_t pages = 0;
    for (size_t i = 0; i + 10 < pdf.len; i++) {
        pages += memcmp(pdf.ptr + i, "/Type /Page", 11) == 0 && pdf.ptr[i + 11] != 's' ? 1 : 0;
    }
    return pages;
}

int main(void)
{
    struct sheet_voucher list[33];
    struct err err = { 0 };
    char path[200];
    for (int i = 0; i < 33; i++) {
        list[i] = (struct sheet_voucher){ "ABCD-EFGH-JKMN-PQRS", "12-0001" };
    }
    const struct sheet_batch batch = { .title = "Voucher \xE2\x82\xAC \xE6\xBC\xA2 & <b>",
                                       .amount = "5.00 EUR",
                                       .note = "a very long note that does not fit on one card and "
                                               "is cut where the card ends, as it must be",
                                       .valid = "",
                                       .how = "Good once.",
                                       .list = list,
                                       .count = 33 };
    (void)snprintf(path, sizeof(path), "%s/sheet.pdf", folder_make());
    CHECK(sheet_voucher_write(path, &batch, &err));
    OWN(buf_free) struct buf pdf = BUF_CAP(16 << 20);
    CHECK(fs_read(path, &pdf, &err) && pdf.len > 1000 && memcmp(pdf.ptr, "%PDF-", 5) == 0);
    CHECK(pages_of(buf_str(&pdf)) == 3); // 16 cards a page
    CHECK(!sheet_voucher_write("/nonexistent/sheet.pdf", &batch, &err));
    folder_end();
    return tap_done();
}
