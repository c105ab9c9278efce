"""Sentences in several languages, for calibrating and checking a compiled model.

Each topic is told in every language, so that a ranking over them has right and wrong neighbours.
"""

from __future__ import annotations

SAMPLES = (
    "The central bank raised its key interest rate by a quarter of a percentage point on Thursday.",
    "Bank sentral menaikkan suku bunga acuan sebesar seperempat poin persentase pada hari Kamis.",
    "El banco central subió el jueves su tipo de interés de referencia un cuarto de punto.",
    "中央银行周四将基准利率上调了四分之一个百分点。",
    "Центральный банк в четверг повысил ключевую ставку на четверть процентного пункта.",
    "رفع البنك المركزي سعر الفائدة الرئيسي بمقدار ربع نقطة مئوية يوم الخميس.",
    "Doctors at the hospital said the new vaccine protects nine children in ten against measles.",
    "Para dokter di rumah sakit itu mengatakan vaksin baru melindungi sembilan dari sepuluh anak "
    "dari campak.",
    "Los médicos del hospital dijeron que la nueva vacuna protege a nueve de cada diez niños.",
    "医院的医生说，新疫苗能使十分之九的儿童免受麻疹侵害。",
    "Врачи больницы заявили, что новая вакцина защищает от кори девять детей из десяти.",
    "病院の医師らは、新しいワクチンは十人中九人の子どもをはしかから守ると述べた。",
    "Heavy rain caused floods and landslides in the north of the island, and 1,200 people fled.",
    "Hujan deras menyebabkan banjir dan longsor di utara pulau itu, dan 1.200 orang mengungsi.",
    "Fuertes lluvias causaron inundaciones en el norte de la isla y 1.200 personas huyeron.",
    "इस द्वीप के उत्तर में भारी बारिश से बाढ़ आई और 1,200 लोगों को घर छोड़ना पड़ा।",
    "Mvua kubwa ilisababisha mafuriko kaskazini mwa kisiwa hicho na watu 1,200 walikimbia.",
    "Rankkasateet aiheuttivat tulvia saaren pohjoisosassa, ja 1 200 ihmistä joutui lähtemään.",
    "The striker scored twice in the final and was named player of the tournament.",
    "Penyerang itu mencetak dua gol di final dan dinobatkan sebagai pemain terbaik turnamen.",
    "El delantero marcó dos goles en la final y fue elegido mejor jugador del torneo.",
    "그 공격수는 결승전에서 두 골을 넣었고 대회 최우수 선수로 뽑혔다.",
    "Нападающий забил дважды в финале и был признан лучшим игроком турнира.",
    "กองหน้ายิงสองประตูในนัดชิงและได้รับเลือกเป็นผู้เล่นยอดเยี่ยมของการแข่งขัน",
    "Archaeologists found a wooden ship from the ninth century under a field near the river.",
    "Para arkeolog menemukan kapal kayu dari abad kesembilan di bawah ladang dekat sungai.",
    "Arqueólogos hallaron un barco de madera del siglo IX bajo un campo cerca del río.",
    "考古学家在河边的一块田地下发现了一艘九世纪的木船。",
    "Arkeologer fant et treskip fra det niende århundret under en åker nær elven.",
    "নদীর কাছে একটি মাঠের নিচে প্রত্নতত্ত্ববিদরা নবম শতাব্দীর একটি কাঠের জাহাজ খুঁজে পেয়েছেন।",
    "The minister resigned after the newspaper published her letters to the oil company.",
    "Menteri itu mengundurkan diri setelah surat kabar memuat surat-suratnya kepada perusahaan "
    "minyak.",
    "La ministra dimitió después de que el periódico publicara sus cartas a la petrolera.",
    "Министр ушла в отставку после того, как газета опубликовала её письма нефтяной компании.",
    "Waziri huyo alijiuzulu baada ya gazeti kuchapisha barua zake kwa kampuni ya mafuta.",
    "石油会社への手紙が新聞に掲載された後、大臣は辞任した。",
    "Students built a telescope from a paint bucket and photographed the rings of Saturn with it.",
    "Para siswa membuat teleskop dari ember cat dan memotret cincin Saturnus dengannya.",
    "Los estudiantes construyeron un telescopio con un cubo de pintura y fotografiaron Saturno.",
    "学生们用油漆桶造了一台望远镜，拍下了土星的光环。",
    "Opiskelijat rakensivat kaukoputken maaliämpäristä ja kuvasivat sillä Saturnuksen renkaat.",
    "విద్యార్థులు రంగు డబ్బాతో ఒక టెలిస్కోప్ తయారు చేసి శని గ్రహ వలయాలను ఫోటో తీశారు.",
)
