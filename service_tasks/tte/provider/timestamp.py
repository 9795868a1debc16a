"""The provider's time stamping authority (RFC 3161), called in-process."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime

from asn1crypto import algos, cms, core, tsp, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.general import as_signing_certificate_v2, simple_cms_attribute
from pyhanko.sign.timestamps import TimeStamper

from service_tasks.tte.provider.authority import Authority

POLICY = "2.25.99100101"  # a policy of our own under the UUID arc: "for trials"
SHA256 = algos.DigestAlgorithm({"algorithm": "sha256"})


class LocalTimeStamper(TimeStamper):  # type: ignore[misc]
    """Answers time stamp requests itself. pyHanko's own for tests parses and checks its key anew at each call."""

    def __init__(self, authority: Authority) -> None:
        super().__init__()
        self._key = authority.tsa.key
        self._certificate = x509.Certificate.load(authority.tsa.certificate.public_bytes(Encoding.DER))
        issuing = authority.issuing.certificate.public_bytes(Encoding.DER)
        self._chain = [self._certificate, x509.Certificate.load(issuing)]

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        info = self._info(req).dump()
        attributes = self._attributes(info)
        signature = self._key.sign(attributes.dump(), padding.PKCS1v15(), hashes.SHA256())
        token = cms.ContentInfo({"content_type": "signed_data", "content": self._signed(info, attributes, signature)})
        return tsp.TimeStampResp({"status": tsp.PKIStatusInfo({"status": "granted"}), "time_stamp_token": token})

    def _info(self, req: tsp.TimeStampReq) -> tsp.TSTInfo:
        info = {
            "version": "v1",
            "policy": POLICY,
            "message_imprint": req["message_imprint"],
            # the top bit is set so that all numbers have one length: the dummy token measures the room to reserve
            "serial_number": secrets.randbits(62) | 1 << 62,
            "gen_time": datetime.now(UTC).replace(microsecond=0),
            "tsa": x509.GeneralName(name="directory_name", value=self._certificate.subject),
        }
        if req["nonce"].native is not None:
            info["nonce"] = req["nonce"]
        return tsp.TSTInfo(info)

    def _attributes(self, info: bytes) -> cms.CMSAttributes:
        now = core.UTCTime(datetime.now(UTC))
        return cms.CMSAttributes(
            [
                simple_cms_attribute("content_type", "tst_info"),
                simple_cms_attribute("signing_time", cms.Time({"utc_time": now})),
                simple_cms_attribute("signing_certificate_v2", as_signing_certificate_v2(self._certificate)),
                simple_cms_attribute("message_digest", hashlib.sha256(info).digest()),
            ]
        )

    def _signed(self, info: bytes, attributes: cms.CMSAttributes, signature: bytes) -> cms.SignedData:
        number = {"issuer": self._certificate.issuer, "serial_number": self._certificate.serial_number}
        signer = cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier({"issuer_and_serial_number": cms.IssuerAndSerialNumber(number)}),
                "digest_algorithm": SHA256,
                "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"}),
                "signed_attrs": attributes,
                "signature": signature,
            }
        )
        content = {"content_type": "tst_info", "content": cms.ParsableOctetString(info)}
        return cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": cms.DigestAlgorithms((SHA256,)),
                "encap_content_info": cms.EncapsulatedContentInfo(content),
                "certificates": self._chain,
                "signer_infos": [signer],
            }
        )
