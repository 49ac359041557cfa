/** Building blocks of made-up addresses and organisations, and names that are nobody's data. */
export const US_SUFFIXES: readonly string[] =
	"Street|St|St.|Avenue|Ave|Ave.|Road|Rd|Rd.|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Place|Pl|Way|Terrace|Circle|Highway|Parkway|Trail|Close|Crescent".split(
		"|",
	);

export const STATES: readonly string[] =
	"AL|AZ|CA|CO|CT|FL|GA|IL|IN|MA|MD|MI|MN|NC|NJ|NV|NY|OH|OR|PA|TN|TX|UT|VA|WA|WI|California|Texas|Ohio|New York".split("|");

export const TREES: readonly string[] =
	"Oak|Elm|Main|Maple|Cedar|Park|Lake|Hill|High|Church|Mill|Station|Green|Spring|Sunset|River|King|Queen|Victoria|Market|First|Second|5th|42nd|West 3rd".split(
		"|",
	);

export const ROOTS: readonly string[] =
	"Nova|Bright|Blue|Summit|Delta|Vertex|Apex|Quant|Cyber|Green|North|Pacific|Global|United|Omni|Stellar|Terra|Iron|Silver|Solar|Med|Agri|Fin|Data|Cloud|Sky|Ever|True|Prime|Acme|Hooli|Vande|Zen|Lum|Kor|Tri".split(
		"|",
	);

export const ENDS: readonly string[] =
	"tech|wave|soft|works|point|ix|ora|line|core|field|gate|ware|ly|io|mark|bridge|stone|path|lab|net|ium|ton|dyne|sys".split("|");

export const PLACES_OF: readonly string[] =
	"General Hospital|University|City Council|Medical Center|High School|Community College|Public Library|Savings Bank|Police Department|Water Works|Dental Clinic|Chamber of Commerce".split(
		"|",
	);

/** By language. */
export const COMPANY_FORMS: Readonly<Record<string, readonly string[]>> = {
	en: "Inc|Inc.|LLC|Ltd|Ltd.|Corp|Corp.|Corporation|Group|Holdings|Partners|& Sons|Industries|Technologies|Solutions|Consulting|Systems|Labs|Bank|Insurance|Logistics|Pharmaceuticals|Foods|Media|Capital|Enterprises".split(
		"|",
	),
	de: "GmbH|AG|KG|GmbH & Co. KG|e.V.|SE|Versicherung|Gruppe".split("|"),
	fr: "SA|SARL|SAS|et Fils|Groupe".split("|"),
	es: "S.A.|S.L.|SL|y Asociados|Grupo".split("|"),
	it: "S.p.A.|S.r.l.|e Figli".split("|"),
	pl: "Sp. z o.o.|S.A.|i Wspólnicy".split("|"),
};

/** Languages of the templates and the locales whose names they get; English prompts get the names of the world. */
export const LOCALES: Readonly<Record<string, readonly string[]>> = {
	en: "en|en|en|en_GB|en_IN|en_AU|de|fr|es|es_MX|it|nl|sv|da|nb_NO|fi|pl|cs_CZ|hu|pt_BR|tr|hr|ro|id_ID|vi|en_NG|en_ZA".split("|"),
	de: "de|de|de_AT|de_CH|tr|pl".split("|"),
	fr: "fr|fr|fr_BE|fr_CA|fr_CH".split("|"),
	es: "es|es|es_MX".split("|"),
	it: "it".split("|"),
	pl: "pl".split("|"),
};

export const FAMOUS: readonly string[] =
	"Albert Einstein|Marie Curie|Isaac Newton|William Shakespeare|Jane Austen|Leonardo da Vinci|Barack Obama|Donald Trump|Joe Biden|Angela Merkel|Napoleon Bonaparte|Julius Caesar|Socrates|Plato|Aristotle|Immanuel Kant|Friedrich Nietzsche|Karl Marx|Sigmund Freud|Charles Darwin|Nikola Tesla|Elon Musk|Bill Gates|Steve Jobs|Taylor Swift|Michael Jackson|Beethoven|Mozart|Johann Sebastian Bach|Harry Potter|Sherlock Holmes|Darth Vader|Batman|Gandalf|Winston Churchill|Abraham Lincoln|George Washington|Mahatma Gandhi|Nelson Mandela|Martin Luther King|Ernest Hemingway|Mark Twain|Franz Kafka|Edgar Allan Poe|Pablo Picasso|Vincent van Gogh|Alan Turing|Ada Lovelace|Stephen Hawking|Richard Feynman|Confucius|Cleopatra|Queen Elizabeth|Lionel Messi".split(
		"|",
	);

export const PRODUCTS: readonly string[] =
	"iPhone 15|Samsung Galaxy S23|MacBook Pro|Tesla Model 3|Toyota Corolla|Honda Civic|PlayStation 5|Xbox|Kindle|ThinkPad X1|Nikon Z6|Ford Mustang|GeForce RTX 4090|Raspberry Pi|Roomba|Windows 11|Photoshop".split(
		"|",
	);

/** Of surnames that are in no list. */
export const SYLLABLES: readonly string[] =
	"al|an|bar|bel|ber|bran|cal|cor|dan|der|dor|el|fal|far|fen|gar|ger|gor|hal|har|hol|il|jan|kal|kar|kel|kir|kol|kra|lan|lar|lin|lor|mal|mar|mer|mil|mor|nad|nor|ol|os|pal|par|pet|pol|ram|ran|rin|ros|sal|san|sar|sel|sko|sor|stan|tal|tar|tor|ul|val|van|ver|vol|wal|wen|wil|yan|zal|zan".split(
		"|",
	);

export const SURNAME_ENDS: readonly string[] =
	"berg|bach|burn|by|ell|elli|en|er|ero|escu|ev|ez|field|ford|hagen|ham|haus|i|idis|ier|iger|ić|in|ini|ino|ira|ko|kov|kowski|ley|man|mann|meier|mer|ner|nov|o|off|ola|ov|ova|owicz|oy|para|sen|sky|sson|stein|sten|strom|ton|uk|ura|vari|vic|wala|wald|wood|worth|yan".split(
		"|",
	);
