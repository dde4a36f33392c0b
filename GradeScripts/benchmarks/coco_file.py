"""Writes a file like captions_train2014.json: as many pictures and captions, every field, invented
words. Usage: coco_file.py FILE [PICTURES CAPTIONS]"""
import json
import random
import sys

path = sys.argv[1]
pictures, captions = (int(n) for n in sys.argv[2:4]) if len(sys.argv) > 3 else (82783, 414113)
random.seed(2014)
letters = "etaoinshrdlucmfwygpbvk"
words = ["a", "on", "of", "the", "in", "with", "and", "is"] + sorted(
    {"".join(random.choices(letters, k=random.randint(2, 9))) for _ in range(20000)})
weights = [1 / (rank + 1) for rank in range(len(words))]
ids = random.sample(range(1, 600000), pictures)


def image(number):
    name = f"COCO_train2014_{number:012d}.jpg"
    height, width = random.choice([(480, 640), (427, 640), (640, 480), (640, 427)])
    farm, photo = random.randint(1, 9), random.randint(10**9, 10**10 - 1)
    return {
        "license": random.randint(1, 8), "url":
            f"http://farm{farm}.staticflickr.com/{random.randint(1000, 9999)}/{photo}_z.jpg",
        "file_name": name, "coco_url": f"http://mscoco.org/images/{number}",
        "height": height, "width": width, "date_captured": "2013-11-18 23:46:51",
        "flickr_url":
            f"http://farm{farm}.staticflickr.com/{random.randint(1000, 9999)}/{photo}_z.jpg",
        "id": number}


def caption(number, position):
    text = " ".join(random.choices(words, weights, k=random.randint(8, 13))).capitalize()
    # Some of COCO's captions have quotes and line feeds in them.
    text += random.choice([".", ".", ".", "", ' "x".', "\n"])
    return {"image_id": ids[position % pictures], "id": number, "caption": text}


content = {
    "info": {
        "description": "This is 1.0 version of the 2014 MS COCO dataset.",
        "url": "http://mscoco.org", "version": "1.0", "year": 2014,
        "contributor": "Microsoft COCO group", "date_created": "2015-01-27 09:11:52.357475"},
    "images": [image(number) for number in ids],
    "licenses": [
        {"url": "http://creativecommons.org/licenses/by-nc-sa/2.0/", "id": number,
         "name": "Attribution-NonCommercial-ShareAlike License"} for number in range(1, 9)],
    "annotations": [caption(position + 48, position) for position in range(captions)]}
with open(path, "w") as file:
    json.dump(content, file)
