import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;

/**
 * A client that signs its calls, as OneAccess's pages say: it asks for the time and the key, seals the session token with them, and sends that as X-signature.
 *
 * java SignedCall.java URL CLIENT_ID bc|jdk
 *
 * With "bc" the classpath must have BouncyCastle (java -cp bcprov.jar SignedCall.java ...), which is named by reflection, so that "jdk" runs without it.
 */
public class SignedCall {
    static final String TRANSFORMATION = "RSA/ECB/OAEPWithSHA-256AndMGF1Padding";
    static final HttpClient CLIENT = HttpClient.newHttpClient();
    static String url, clientId, provider;
    static int checked = 0, failed = 0;

    public static void main(String[] arguments) throws Exception {
        url = arguments[0];
        clientId = arguments[1];
        provider = arguments[2];
        if (provider.equals("bc")) {
            Class<?> named = Class.forName("org.bouncycastle.jce.provider.BouncyCastleProvider");
            Security.addProvider((Provider) named.getDeclaredConstructor().newInstance());
        }

        String login = "{\"user_name\":\"alice\",\"password\":\"Correct-Horse-7\"}";
        Answer signedIn = send("POST", "/api/v2/sdk/login", null, login);
        String token = member(signedIn.body, "session_token");
        check("alice signs in", signedIn.status == 200 && token.length() == 125);
        check("the time is told in milliseconds", serverDate().length() == 13);
        check("the key is PEM", publicKeyText().startsWith("-----BEGIN PUBLIC KEY-----\\n"));

        String first = sign(token);
        check("a signature has 344 characters", first.length() == 344);
        Answer isSet = send("GET", "/api/v2/sdk/pwd/check-exist", first, null);
        check("whether a password is set", isSet.status == 200 && isSet.body.equals("{\"is_set_pwd\":true}"));
        check("a read may come again", send("GET", "/api/v2/sdk/pwd/check-exist", first, null).status == 200);
        Answer renewed = send("POST", "/api/v2/sdk/session-token/refresh-id-token", sign(token), null);
        check("a new id token", renewed.status == 200 && member(renewed.body, "id_token").startsWith("eyJ"));

        String change = "{\"old_password\":\"Correct-Horse-7\",\"new_password\":\"Battery-Staple-8\"}";
        String back = "{\"old_password\":\"Battery-Staple-8\",\"new_password\":\"Correct-Horse-7\"}";
        String once = sign(token);
        check("the password is changed", send("POST", "/api/v2/sdk/pwd/change", once, change).status == 200);
        refused("and not again by the same signature", send("POST", "/api/v2/sdk/pwd/change", once, back));
        check("by another it is", send("POST", "/api/v2/sdk/pwd/change", sign(token), back).status == 200);

        refused("without a signature", send("GET", "/api/v2/sdk/logout", null, null));
        refused("with the token of somebody else's", send("GET", "/api/v2/sdk/logout", sign("LGT" + token), null));
        byte[] bytes = Base64.getDecoder().decode(sign(token));
        bytes[200] ^= 1;
        refused("with a bit changed", send("GET", "/api/v2/sdk/logout", Base64.getEncoder().encodeToString(bytes), null));
        long old = Long.parseLong(serverDate()) - 400_000;
        refused("too old", send("GET", "/api/v2/sdk/logout", sign(token, Long.toString(old)), null));
        if (provider.equals("jdk")) {
            Cipher other = Cipher.getInstance(TRANSFORMATION);
            other.init(Cipher.ENCRYPT_MODE, publicKey());
            refused("MGF1 with SHA-1, which the JDK takes by itself", send("GET", "/api/v2/sdk/logout", seal(other, token, serverDate()), null));
        }
        String last = sign(token);
        Answer signedOut = send("GET", "/api/v2/sdk/logout", last, null);
        check("she signs out", signedOut.status == 200 && signedOut.body.isEmpty());
        refused("and the session has ended", send("GET", "/api/v2/sdk/pwd/check-exist", sign(token), null));

        System.out.printf("%s: %d passed, %d failed%n", provider, checked - failed, failed);
        System.exit(failed == 0 ? 0 : 1);
    }

    static String sign(String token) throws Exception {
        return sign(token, serverDate());
    }

    static String sign(String token, String timestamp) throws Exception {
        Cipher cipher;
        if (provider.equals("bc")) {
            cipher = Cipher.getInstance(TRANSFORMATION, "BC");
            cipher.init(Cipher.ENCRYPT_MODE, publicKey());
        } else {
            // The JDK's own provider takes this name for MGF1 with SHA-1, unless it is told otherwise.
            cipher = Cipher.getInstance(TRANSFORMATION);
            cipher.init(Cipher.ENCRYPT_MODE, publicKey(),
                new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT));
        }
        return seal(cipher, token, timestamp);
    }

    static String seal(Cipher cipher, String token, String timestamp) throws Exception {
        // As on the page, the nonce is the time in hexadecimal.
        String nonce = Long.toHexString(Long.parseLong(timestamp));
        String frame = "session_token=" + token + "&timestamp=" + timestamp + "&nonce=" + nonce;
        return Base64.getEncoder().encodeToString(cipher.doFinal(frame.getBytes(StandardCharsets.UTF_8)));
    }

    static String serverDate() throws Exception {
        return member(send("GET", "/api/v2/sdk/server-date", null, null).body, "timestamp");
    }

    /** As it stands in the answer, which no reader of JSON has been at: its line feeds are a backslash and an n. */
    static String publicKeyText() throws Exception {
        return member(send("GET", "/api/v2/sdk/public-key", null, null).body, "public_key");
    }

    static PublicKey publicKey() throws Exception {
        String encoded = publicKeyText()
            .replace("-----BEGIN PUBLIC KEY-----", "")
            .replace("-----END PUBLIC KEY-----", "")
            .replace("\\n", "");
        return KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(encoded)));
    }

    record Answer(int status, String body) {}

    static Answer send(String method, String path, String signature, String body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
            .header("X-operating-sys-version", "Android 10")
            .header("X-device-fingerprint", "156aysdna213sac")
            .header("X-agent", "SignedCall")
            .header("X-client-id", clientId)
            .header("Content-Type", "application/json")
            .method(method, body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (signature != null) {
            request.header("X-signature", signature);
        }
        HttpResponse<String> response = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Answer(response.statusCode(), response.body());
    }

    static String member(String body, String name) {
        Matcher matcher = Pattern.compile("\"" + name + "\":\"((?:[^\"\\\\]|\\\\.)*)\"").matcher(body);
        return matcher.find() ? matcher.group(1) : "";
    }

    static void check(String what, boolean holds) {
        checked++;
        if (!holds) {
            failed++;
        }
        System.out.println((holds ? "ok   " : "FAIL ") + what);
    }

    static void refused(String what, Answer answer) {
        String expected = "{\"error_code\":\"PARAM.0030\",\"error_msg\":\"Signature invalid or expired.\"}";
        check(what + ": refused", answer.status == 400 && answer.body.equals(expected));
    }
}
