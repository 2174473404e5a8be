// Packed documents that must be seen as a whole, through the real jailed worker.
#include "count/count.h"

#include "base/buf.h"
#include "base/cc.h"
#include "lib/tap.h"
#include <stdio.h>

enum { PATH_LEN = 1024, PACKED_MAX = 8 << 20, BOMB_MATCHES = 1220000 };

// Deflate by hand: the text in a stored block, then matches of 258 bytes, 13 bits each.
static void pack(struct buf *to, struct str text, uint32_t matches)
{
    uint8_t head[] = {
        0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0, (uint8_t)text.len, 0, (uint8_t)~text.len, 0xff
    };
    buf_add(to, (struct str){ (char *)head, sizeof(head) });
    buf_add(to, text);
    uint32_t bits = 3; // the last block, of fixed codes
    int count = 3;
    for (uint32_t i = 0; i < matches; i++) {
        bits |= 0xa3U << count; // length 258: 11000101, its first bit lowest
        count += 13;            // the distance, 1, is five zeros
        for (; count >= 8; count -= 8, bits >>= 8) {
            char byte = (char)(bits & 0xff);
            buf_add(to, (struct str){ &byte, 1 });
        }
    }
}

static void test_a_bomb_ends_with_a_sentence(struct count *count)
{
    OWN(buf_free) struct buf bomb = BUF_CAP(PACKED_MAX);
    OWN(count_facts_free) Quoin__V1__DocumentFacts *facts = NULL;
    struct err err;
    pack(&bomb, STR("%PDF-1.4\n"), BOMB_MATCHES);
    CHECK(buf_ok(&bomb) && count_bytes(count, buf_str(&bomb), NULL, &facts, &err));
    CHECK(facts != NULL && facts->n_pages == 0);
    CHECK(facts->certainty == QUOIN__V1__CERTAINTY__CERTAINTY_UNKNOWN && facts->n_reasons == 1);
    CHECK(facts->n_reasons == 1 && strstr(facts->reasons[0], "over 256 MiB") != NULL);
    CHECK(count_figures_get(count).lost == 0);
}

static void test_a_packed_part_behind_others_is_unknown(struct count *count)
{
    OWN(buf_free) struct buf job = BUF_CAP(PACKED_MAX);
    OWN(count_facts_free) Quoin__V1__DocumentFacts *facts = NULL;
    struct err err;
    buf_add(&job, STR("\x1b%-12345X@PJL\n%PDF-1.4\n\x1b%-12345X@PJL\n"));
    pack(&job, STR("%PDF-1.4\n"), 1);
    CHECK(count_bytes(count, buf_str(&job), NULL, &facts, &err));
    CHECK(facts != NULL && facts->certainty == QUOIN__V1__CERTAINTY__CERTAINTY_UNKNOWN);
    CHECK(facts != NULL && strstr(facts->reasons[0], "behind others") != NULL);
}

int main(void)
{
    struct err err;
    char program[PATH_LEN];
    const char *build = getenv("QUOIN_BUILD");
    (void)snprintf(program, sizeof(program), "%s/bin/quoin-pdl", build == NULL ? "build" : build);
    struct count_options options = { .program = program,
                                     .workers_max = 1,
                                     .wall_ms = CC_SANITIZED ? 100000 : 0 };
    struct count *count = NULL;
    if (!count_open(&options, &count, &err)) {
        printf("Bail out! %s\n", err.text);
        return EXIT_FAILURE;
    }
    test_a_bomb_ends_with_a_sentence(count);
    test_a_packed_part_behind_others_is_unknown(count);
    count_free(&count);
    return tap_done();
}
