<1. >
VN  - Ovid Technologies
DB  - Embase
AN  - 2000000021
PM  - 39000021
AU  - Müller J.
AU  - Bianchi L.
IN  - (Müller) Department of Nothing, Nowhere
TI  - Alphaword mixed precision for abdominal
      tomography.
SO  - Journal of Made-up Imaging. 3(2) (pp 1-9), 2021.
IS  - 1234-5678
PB  - Nobody AG
KW  - *quantization
AB  - A made-up abstract that goes on
      over two lines.
LG  - English
PT  - Article
DO  - https://dx.doi.org/10.5555/made.2021.21
YR  - 2021

<2. >
VN  - Ovid Technologies
DB  - Embase
AN  - 2000000022
AU  - Okafor C.
TI  - Bravoword calibration sets.
PT  - Article
YR  - 2020

<3. >
VN  - Ovid Technologies
DB  - Embase
AN  - 2000000023
AU  - Garçon É.
TI  - Charlieword naïve rounding.
PT  - Review
YR  - 2019
