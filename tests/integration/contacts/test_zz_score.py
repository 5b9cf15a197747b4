"""pytest module printing misses"""
import pytest
from tests.searches.reading import asked_in, lay, misses
@pytest.mark.django_db
@pytest.mark.parametrize("where",["delivered","demo","wide"])
@pytest.mark.parametrize("name",["first_half.txt","second_half.txt"])
def test_x(where,name):
    lay(where)
    n=[a for a in asked_in(name) if a.where==where]
    m=misses(name,where)
    print("\n###",name,where,len(n)-len(m),"of",len(n))
    for x in m: print("  ",x)
