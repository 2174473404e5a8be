// Jobs are found by their words in the order of their ids, and by none once they were dropped.

#include "dre/marks.h"

#include "lib/tap.h"

static bool holds(const struct marks *marks, const char *word, size_t count, const uint32_t *jobs)
{
    const struct mark *mark = dre_marks_find(marks, str_of(word));
    if (mark == NULL) {
        return count == 0;
    }
    return mark->count == count && memcmp(mark->jobs, jobs, count * sizeof(*jobs)) == 0;
}

int main(void)
{
    struct marks marks = { 0 };
    dre_marks_drop(&marks, 3);
    CHECK(holds(&marks, "user:mary", 0, NULL));
    dre_marks_add(&marks, STR("user:mary"), 3);
    dre_marks_add(&marks, STR("user:mary"), 1);
    dre_marks_add(&marks, STR("user:mary"), 3);
    dre_marks_add(&marks, STR("group:staff"), 3);
    CHECK(holds(&marks, "user:mary", 2, (const uint32_t[]){ 1, 3 }));
    CHECK(holds(&marks, "group:staff", 1, (const uint32_t[]){ 3 }));
    dre_marks_drop(&marks, 3);
    CHECK(holds(&marks, "user:mary", 1, (const uint32_t[]){ 1 }));
    CHECK(dre_marks_find(&marks, STR("group:staff")) == NULL);
    for (uint32_t job = 1000; job > 1; job--) {
        dre_marks_add(&marks, STR("group:all"), job);
    }
    const struct mark *all = dre_marks_find(&marks, STR("group:all"));
    CHECK(all != NULL && all->count == 999 && all->jobs[0] == 2 && all->jobs[998] == 1000);
    for (uint32_t job = 2; job <= 1000; job += 2) {
        dre_marks_drop(&marks, job);
    }
    all = dre_marks_find(&marks, STR("group:all"));
    CHECK(all != NULL && all->count == 499 && all->jobs[0] == 3 && all->jobs[498] == 999);
    dre_marks_free(&marks);
    return tap_done();
}
