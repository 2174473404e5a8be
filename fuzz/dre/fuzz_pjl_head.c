// Any bytes, in any pieces: names stay within their bounds, and the pieces make no difference.
#include "dre/pjl_head.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str bytes = { (const char *)data, size };
    struct buf whole_answer = BUF_CAP(1 << 20);
    struct buf answer = BUF_CAP(1 << 20);
    struct pjl_head whole = dre_pjl_head_of();
    struct pjl_head head = dre_pjl_head_of();
    dre_pjl_head_feed(&whole, bytes, &whole_answer);
    dre_pjl_head_end(&whole, &whole_answer);
    size_t piece = size > 0 ? 1 + data[0] % 32 : 1;
    for (size_t at = 0; at < size; at += piece) {
        size_t take = size - at < piece ? size - at : piece;
        dre_pjl_head_feed(&head, (struct str){ bytes.ptr + at, take }, &answer);
    }
    dre_pjl_head_end(&head, &answer);
    assert(strcmp(head.user, whole.user) == 0 && strcmp(head.title, whole.title) == 0);
    assert(head.has_document == whole.has_document);
    assert(str_eq(buf_str(&answer), buf_str(&whole_answer)));
    assert(answer.len < PJL_HEAD_ANSWERS_MAX + 2 * PJL_HEAD_LINE_MAX);
    dre_pjl_head_free(&whole);
    dre_pjl_head_free(&head);
    buf_free(&whole_answer);
    buf_free(&answer);
    return 0;
}
