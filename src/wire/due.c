// wire/due: see due.h. Place p has its children at 2p and 2p + 1; heap[0] is not used.

#include "wire/due.h"

#include "base/mem.h"
#include <stdlib.h>

enum { DUE_FIRST = 64 };

static void due_put(struct wire_dues *dues, size_t place, struct wire_due *due)
{
    dues->heap[place] = due;
    due->place = place;
}

static void due_settle(struct wire_dues *dues, struct wire_due *due)
{
    size_t at = due->place;
    while (at > 1 && dues->heap[at / 2]->at_ms > due->at_ms) {
        due_put(dues, at, dues->heap[at / 2]);
        at /= 2;
    }
    for (;;) {
        size_t child = 2 * at;
        if (child > dues->count) {
            break;
        }
        if (child < dues->count && dues->heap[child + 1]->at_ms < dues->heap[child]->at_ms) {
            child++;
        }
        if (dues->heap[child]->at_ms >= due->at_ms) {
            break;
        }
        due_put(dues, at, dues->heap[child]);
        at = child;
    }
    due_put(dues, at, due);
}

void wire_due_add(struct wire_dues *dues, struct wire_due *due, int64_t at_ms)
{
    due->at_ms = at_ms;
    if (due->place == 0) {
        if (dues->count + 2 > dues->size) {
            dues->size = dues->size == 0 ? DUE_FIRST : 2 * dues->size;
            dues->heap = mem_grow(dues->heap, dues->size * sizeof(struct wire_due *));
        }
        due_put(dues, ++dues->count, due);
    }
    due_settle(dues, due);
}

void wire_due_drop(struct wire_dues *dues, struct wire_due *due)
{
    size_t hole = due->place;
    if (hole == 0) {
        return;
    }
    struct wire_due *last = dues->heap[dues->count--];
    due->place = 0;
    if (last != due) {
        due_put(dues, hole, last);
        due_settle(dues, last);
    }
}

struct wire_due *wire_due_first(const struct wire_dues *dues)
{
    return dues->count == 0 ? NULL : dues->heap[1];
}

void wire_due_free(struct wire_dues *dues)
{
    free(dues->heap);
    *dues = (struct wire_dues){ 0 };
}
