// Five ports are the ones that IANA registered, each with one name; the web's is its own.
#include "model/engine.h"

#include "lib/tap.h"

int main(void)
{
    for (unsigned i = 0; i < ENGINE_COUNT; i++) {
        enum engine found = ENGINE_COUNT;
        CHECK(engine_find(str_of(engine_name((enum engine)i)), &found) && found == i);
        bool web = i == ENGINE_WEB;
        CHECK(web || engine_port((enum engine)i) == 2938 + i);
        CHECK(web || engine_service((enum engine)i)[7] == (char)('1' + i));
        CHECK(strlen(engine_question((enum engine)i)) > 10);
    }
    enum engine none;
    CHECK(!engine_find(STR("xyz"), &none));
    return tap_done();
}
