// quoin-dre: the document routing engine, SM-PAS-3.

#include "dre/dre.h"

int main(int argc, char **argv)
{
    return dre_main(argc, argv);
}
