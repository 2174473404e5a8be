#include "iana/iana.h"
#include "lib/tap.h"

static size_t count_of(uint16_t port)
{
    size_t count = 0;
    const struct iana_practice *practice = NULL;
    for (size_t at = 0; iana_next_practice(port, &at, &practice);) {
        CHECK(practice->first <= port && port <= practice->last);
        CHECK(practice->use[0] != '\0' && practice->source[0] != '\0');
        count++;
    }
    return count;
}

int main(void)
{
    CHECK(count_of(2940) == 2 && count_of(9100) == 1 && count_of(9109) == 1);
    CHECK(count_of(9110) == 0 && count_of(22) == 0);
    CHECK(iana_trojan_word(2937) == NULL && iana_trojan_word(2943) == NULL);
    CHECK(iana_trojan_word(2938) != NULL && iana_trojan_word(2942) != NULL);
    return tap_done();
}
