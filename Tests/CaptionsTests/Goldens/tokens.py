"""Writes tokens.json beside this file: made-up captions with every kind of mark, and the words that
the COCO caption evaluation's tokeniser (Stanford's PTBTokenizer) makes of them.

Run by hand: python3 tokens.py (needs pycocoevalcap, made with 1.2, and java). A caption's words depend
on how the next one begins where it ends in a single letter: such ones stand before one with "The".
"""
import json
import pathlib

from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer

CAPTIONS = """\
A Heron waits, quite still, beside the POND.
Three kites; two strings: one boy
"Wait here," the painted signboard says
“Fresh bread” is chalked on a ‘blackboard’
The ``mind the step'' plate hangs askew
A lantern ... and a moth… above it
A ferry - seen from above -- leaves the harbour --- slowly
A goat – or is it a sheep — naps
-A list begins with a dash
A half-open door and a half- and a full-size mirror
A sailor's knot isn't easy, they'll say
The sailors' knots don't hold because they aren't tight
She's sure he'd go, I'm sure we've gone and you're late
It’s raining and it won’t stop
A cook can't stir and cannot rest
Someone is gonna fall, wanna bet
Gimme that, lemme see, we gotta go
The baker 's hat and a miller 's cap
They 'll wait where we 've stood
The clock struck five o'clock for Mrs. O'Malley
A jacket from the '70s and a hat from the 1920's
In '98 the mill burned down
Mr. and Mrs. Vole greet Dr. Hare and Prof. Stoat
St. Olga's church on Elm St. near 4th Ave.
Sunset Blvd. meets River Rd. below Mt. Owl
A shop of Pike Bros. and Sons Ltd. or Finch & Co.
Capt. Reed, Lt. Moss and Sgt. Fern of the Dept. of Kites
From Jan. to Sept. the pool is dry, on Mon. and Fri. too
A farm in Calif. or Mich. or Okla. with a red barn
Larks vs. owls, hens vs. foxes etc. on a poster
The U.S. flag beside a T.V. tower in Washington D.C.
It opens at 8 a.m. and closes at 10 p.m.
A tram at 7:45am and one at 11:20pm.
A tram at 7:45 am and a bus at 9pm
A card with the letter Q. The card is torn
A card with the letter Q. A dog chews it
A card with the letter Q. Dogs chew it
The sign says platform B.
The end of the line.
A 3.5 litre jug, 1,250 beads and 1/2 an apple
The 2nd of 30-40 geese, 24/7 on the lawn
Pears at $4, 50% off, figs at $2.50
A fish & chips van, the R&B club, an M&M jar
Tar + feathers = a mess * 2
Bus #12 with #sunshine written on it
A mug with @home on it, soup @ noon
A file called red_barn lies on a desk
A swan (white) on a lake [deep] by a {round} hut
A box (of nails
The tent is up.A boy,too
The gate is shut!the path is wet?yes
A rope;a pulley:a hook,a crane
What a leap!! Did you see it?! Really???
Stop! Is that a moose? Yes.
A b/w print and/or a colour one
Un café naïve at the fjord in Tromsø
A \\ and a | and a ^ and a ~ on a keyboard
A sign reads "J. Finch, est. 1902."
A boy reads A. A. Milne to J. R. Mole
At 20 ° the sled ™ melts
an all lower case caption without any mark
   Two   spaces and a tab\there  
Nine words are here and a point at last .""".split("\n")

captions = [caption.replace("\\t", "\t").replace("\\\\", "\\") for caption in CAPTIONS]
tokens = PTBTokenizer().tokenize(
    {number: [{"caption": caption}] for number, caption in enumerate(captions)})
result = [{"caption": caption, "words": tokens[number][0].split()}
          for number, caption in enumerate(captions)]
lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in result)
pathlib.Path(__file__).with_name("tokens.json").write_text(f"[\n{lines}\n]\n")
