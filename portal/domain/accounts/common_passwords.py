"""Words that guessers of passwords try first, in Vietnam and elsewhere.

They are compared folded and without signs, after digits at the ends were cut off.
"""

from __future__ import annotations

_WORDS = """
matkhau matkhaumoi matkhaucu matma passwd password passpass pass admin administrator quantri quantrivien
root user nguoidung demo test testtest welcome xinchao chao hello login dangnhap letmein changeme doimatkhau
secret bimat hungyen tinhhungyen thanhphohungyen hungyentinh hungyenhungyen vangiang khoaichau myhao yenmy
vanlam anthi kimdong phucu tienlu phohien sonoivu noivu snv congnoivu bonoivu noivuhungyen sonoivuhungyen
congnoivuhungyen ubnd uybannhandan congvu canbo congchuc chuyenvien giamdoc vanphong thiduakhenthuong thidua
khenthuong tongiao luutru vietnam vietnamvodich vietnamoi hanoi saigon hochiminh bachkhoa dienbienphu quockhanh
anhyeuem emyeuanh toiyeuvietnam yeuem yeuanh conyeu bomeyeu giadinh hanhphuc thanhcong maiyeuem iloveyou iloveu
ilovelove nguyenvana nguyenvan nguyenthi tranvan phamvan levan hoangvan facebook google zalo youtube samsung
iphone windows qwerty qwertyuiop qwert qwertyui asdfgh asdfghjkl asdf zxcvbn zxcvbnm qazwsx qazwsxedc wsx abc
abcd abcde abcdef abcdefg abcdefgh abcabc aaa aaaa dragon monkey football bongda manchester liverpool realmadrid
superman pokemon princess sunshine master shadow killer freedom whatever trustno computer maytinh internet
"""
COMMON_WORDS = frozenset(_WORDS.split())
COMMON_RUNS = (
    "01234567890123456789",
    "98765432109876543210",
    "qwertyuiopasdfghjklzxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
)
