// A format of any kind and what a reader may send: what is accepted is a number in its canonical
// form, and no shorter piece of the same gives it where the format has a length.
#include "card/card.h"

#include "base/enc.h"
#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char number[CARD_NUMBER_MAX + 1];
    char again[CARD_NUMBER_MAX + 1];
    struct err err;
    if (size < 12) {
        return 0;
    }
    const struct card_format format = { .length = data[0] & 63U,
                                        .skip = data[1] & 7U,
                                        .take = data[2] & 31U,
                                        .match = (enum card_match)(data[3] % 3),
                                        .read = (enum card_read)(data[3] / 3 % 4),
                                        .write = (enum card_write)(data[3] / 12 % 4),
                                        .width = (uint32_t)data[4] * 3,
                                        .reverse_bytes = (data[5] & 1) != 0,
                                        .reverse_bits = (data[5] & 2) != 0,
                                        .checks_parity = (data[5] & 4) != 0,
                                        .starts = { ";", (data[5] & 8) != 0 },
                                        .ends = { "?", (data[5] & 16) != 0 },
                                        .until = { "=", (data[5] & 32) != 0 },
                                        .first_bit = data[6],
                                        .bits = data[7],
                                        .facility_bits = data[8],
                                        .digits = data[9] };
    struct str raw = { (const char *)data + 12, size - 12 };
    if (!card_decode(&format, raw, number, &err)) {
        return 0;
    }
    size_t len = strlen(number);
    assert(len > 0 && len <= CARD_NUMBER_MAX && enc_is_plain(str_of(number)));
    assert(card_number_fold(str_of(number), again, &err) && strcmp(number, again) == 0);
    assert(card_hint(str_of(number)).len <= len / 4 + 3);
    if (format.length != 0) {
        assert(!card_decode(&format, (struct str){ raw.ptr, format.length - 1 }, again, &err));
    }
    return 0;
}
